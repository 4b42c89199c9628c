"""Names that Principal Mapper's dependencies take from where Python 3.9 still had them. Only its own test looks into this folder."""

import collections
import collections.abc

for name in ("Iterable", "Mapping", "MutableMapping"):
    setattr(collections, name, getattr(collections.abc, name))
