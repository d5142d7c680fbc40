"""The modules of a protocolSection that `Content` declares."""

from topline.protocol.record.content import Content

MODULES = tuple(field.alias for field in Content.model_fields.values() if field.alias)
"""Their names, in the order of the API."""
