"""Why AWS did not give what a reference asks for, told from the code of its answer."""

from __future__ import annotations

from daybreak.core.errors import DaybreakError, LookupRefused, LookupUnanswered
from daybreak.core.reference import SecretRef

# The services spell the same in several ways; boto3's own errors go by the names of their classes.
_DENIED = {
    *("AccessDeniedException", "AccessDenied", "UnauthorizedOperation"),
    *("DecryptionFailure", "KMSAccessDeniedException"),
}
_ABSENT = {"ResourceNotFoundException", "ParameterNotFound", "DBClusterNotFoundFault"}
_NO_CREDENTIALS = {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"}
_BAD_CREDENTIALS = {
    *("ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException"),
    *("InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch"),
    *("SSOTokenLoadError", "UnauthorizedSSOTokenError", "TokenRetrievalError"),
}
_BUSY = {
    *("ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"),
    *("InternalServiceError", "InternalServerError", "InternalFailure", "ServiceUnavailable"),
}
_SILENT = {
    *("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "HTTPClientError"),
    *("ConnectionClosedError", "ProxyConnectionError", "SSLError"),
}
_NAMED = {
    "secretsmanager:GetSecretValue": "secret",
    "ssm:GetParameter": "parameter",
    "rds:DescribeDBClusters": "cluster",
}


def why_refused(
    reference: SecretRef, source: str, action: str, code: str, words: str, region: str | None
) -> DaybreakError:
    """The error for an `action` on AWS, such as `ssm:GetParameter`, that ended with `code`.

    `words` are those of AWS, which name who asked for what; none of them is from a value.
    """
    what = f"{reference} (from {source})"
    said = " ".join(words.split()).rstrip(".")
    where = f"in {region}" if region else "in the region that boto3 uses"
    whose = "aws sts get-caller-identity tells whose they are"
    if code in _DENIED and (action not in _NAMED or "sts:Assume" in said):
        return LookupRefused(
            f"{what}: the role that asks can't be taken: {said}",
            "allow what is named there, or take another role: AWS_PROFILE, or that of the process",
        )
    if code in _DENIED:
        key = ", and kms:Decrypt if a key of your own encrypts it" * (_NAMED[action] != "cluster")
        return LookupRefused(f"{what} was refused: {said}", f"allow this identity {action}{key}")
    if code in _ABSENT and "staging label" in said:
        return LookupRefused(f"{what} has no value: {said}", "give the secret its first value")
    if code in _ABSENT and action in _NAMED:
        return LookupRefused(
            f"{what}: there is no such {_NAMED[action]} {where}",
            "correct the name, or name the right region: ?region=… behind it, or AWS_REGION",
        )
    if code == "InvalidRequestException" and "marked" in said and "delet" in said:
        return LookupRefused(
            f"{what} is scheduled for deletion",
            f"aws secretsmanager restore-secret --secret-id '{reference.name}', or name another",
        )
    if code in _NO_CREDENTIALS:
        return LookupRefused(
            f"{what} can't be looked up: {said}",
            "give the process a role (of its task, build or workflow), or log in: aws sso login",
        )
    if code in _BAD_CREDENTIALS:
        return LookupRefused(
            f"{what} is not given to these credentials: {said}",
            f"renew them, for example by aws sso login; {whose}",
        )
    if code == "ProfileNotFound":
        return LookupRefused(f"{what}: {said}", "correct ?profile=… or AWS_PROFILE")
    if code == "NoRegionError":
        return LookupRefused(
            f"{what} does not say in which region it is", "add ?region=… to it, or set AWS_REGION"
        )
    if code in _BUSY:
        return LookupUnanswered(
            f"{what}: AWS did not answer, also when asked again ({code}): {said}", "try again"
        )
    if code in _SILENT:
        return LookupUnanswered(
            f"{what}: AWS can't be reached: {said}",
            "check the way to it: in a VPC without internet access it is an interface endpoint "
            f"for {action.partition(':')[0]}",
        )
    return LookupRefused(
        f"{what} can't be looked up ({code}): {said}",
        "mend it in AWS; aws sts get-caller-identity tells whose the credentials are",
    )
