"""The whole tree of errors. Each names the thing, the cure, and the exit code it ends with.

    DaybreakError                       1  unexpected
    ├─ MigrationFailed                     a revision raised; none was applied or taken back
    ├─ DevServerFailed                     a server of our own did not start, stop or obey
    ├─ ShadowFailed                        the shadow server refused what Daybreak asked of it
    ├─ UsageError                       2  usage or configuration; nothing was run
    │  ├─ ProjectNotFound                  no project in this folder or above it
    │  ├─ ProjectInvalid                   pyproject.toml or alembic.ini can't be used
    │  ├─ UnknownEnvironment               a misspelt ENV
    │  ├─ MissingVariable                  the environment's URL is not set
    │  ├─ InvalidUrl                       a URL or a secret that can't be read
    │  ├─ UnknownDialect                   neither PostgreSQL nor MySQL
    │  ├─ UnknownDriver                    a driver that Daybreak has no settings for
    │  ├─ DriverMissing                    a known driver that is not installed
    │  ├─ ExtraMissing                     an optional part of Daybreak is not installed
    │  ├─ TlsContradicted                  the URL and the settings ask for different TLS
    │  ├─ BundleMissing                    no certificates to verify the server's by
    │  ├─ RoleRefused                      a `role` that the user can't take
    │  ├─ RightMissing                     the user may not read which revision is recorded
    │  ├─ PlainPassword                    a password in a file that is committed
    │  ├─ LookupRefused                    AWS does not have, or does not give, what is referred to
    │  ├─ ModelsFailed                     the project's own code raised when imported
    │  ├─ ModelsRejected                   a server refused to create what the models say
    │  ├─ NoShadow                         no server for scratch databases could be had
    │  ├─ ShadowUnsuitable                 the configured server can't be the shadow
    │  ├─ ExtensionMissing                 the shadow server lacks an extension of PostgreSQL
    │  ├─ HistoryNotReplayed               the history does not run on an empty database
    │  ├─ DatabaseNotCopied                the shadow can't be made like the database
    │  ├─ HistoryMissing                   no revision file is there to tell what the code needs
    │  ├─ HistoryInvalid                   Alembic can't use the history as asked
    │  └─ AlembicUntested                  a version of Alembic that Daybreak does not know
    ├─ Refused                          3  a guard said no; nothing was changed
    │  ├─ ProofFailed                      a new revision does not do what it should
    │  ├─ HistoryChanged                   another revision was written meanwhile
    │  ├─ OnLambda                         migrations don't run inside Lambda
    │  ├─ Protected                        a protected environment, and nobody to ask
    │  ├─ DropsData                        a downgrade takes data with it, and nobody to ask
    │  ├─ StatementRefused                 a statement was refused before it was sent
    │  │  ├─ LongWork                      others would wait long for what it does
    │  │  └─ LosesAttributes               it says a column anew, and leaves out what it has
    │  ├─ MovedMeanwhile                   another run moved the database while it was asked about
    │  ├─ UnregisteredModels               a comparison would drop these models' tables
    │  ├─ Unguarded                        a foreign env.py, without --unguarded
    │  ├─ NotTheWriter                     a server or session that takes no change
    │  ├─ RevisionNotInFiles               the database is at a revision without a file
    │  ├─ RenameUnclear                    what is gone and what is new may be the same
    │  ├─ DevServerRefused                 the port or the data folder is somebody else's
    │  └─ OtherDatabase                    scratch work would touch a real database
    ├─ LockHeld                         4  another run is at work on this database
    ├─ LockNotGranted                   5  somebody's lock keeps the schema from being read
    │  └─ BudgetSpent                      others would wait for a migration for too long
    ├─ Unreachable                      6  the database could not be reached
    │  ├─ ServerDown                       nothing answers at the address
    │  ├─ TlsFailed                        no TLS, or a certificate that is not the server's
    │  ├─ AuthenticationFailed             the server refused user or password
    │  ├─ LookupUnanswered                 AWS did not answer what a reference asks for
    │  ├─ ConnectionLost                   it went away before a revision was applied or taken back
    │  └─ DatabaseMissing                  the server is there, the database is not
    ├─ StoppedHalfWay                   7  a revision raised after something was changed
    │  ├─ Undecided                        nobody can tell whether a statement was carried out
    │  ├─ HalfDone                         another revision is half done, and comes first
    │  ├─ LockLost                         the session that held the run's lock is gone
    │  └─ Interrupted                      the run was told to stop: Ctrl-C, SIGTERM
    ├─ Drift                            8  what is differs from what should be
    ├─ SchemaTooOld                     9  the database is behind the files
    └─ SchemaUnknown                    9  nobody can tell whether the database is behind the files

Exit code 1 is in base.py, 2 in usage.py, 3 in refused.py, the others are in database.py. All are
imported from here. Source of the exit codes: docs/exit-codes.md, which a test compares with this.
"""

# The tree above is the list of their names, and tests hold it against them.
from daybreak.core.errors.base import *  # noqa: F403
from daybreak.core.errors.database import *  # noqa: F403
from daybreak.core.errors.refused import *  # noqa: F403
from daybreak.core.errors.usage import *  # noqa: F403
