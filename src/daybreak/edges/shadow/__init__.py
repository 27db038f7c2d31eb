"""The shadow server: where a server itself says what the models and the history come to.

`choose.choose_shadow` gives one; docs/shadow.md tells which.
"""
