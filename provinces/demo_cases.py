from datetime import datetime
from provinces.packs import Pack
def load(pack: Pack, now: datetime) -> str:
    return "0"
