"""Read a province pack: plain YAML and CSV in `provinces/<name>/`, on top of what all share in `provinces/common/`.

A service is the sum of three files: `common/defaults.yaml`, `common/services/<code>.yaml` and the province's own
`services/<code>.yaml`. Mappings are merged key by key, lists and texts replaced, null removes. `$words` are filled in
from the `words` of the province's `site.yaml`, in the language of the text they stand in. Nothing asks the database.
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml

FOLDER = Path(__file__).parent
COMMON = FOLDER / "common"
WINDOW_LEVELS = ["PROVINCE", "PREFECTURE", "COUNTY", "ZONE"]


@dataclass(frozen=True)
class Pack:
    """Everything a pack says, with its $words filled in."""

    name: str
    site: dict
    organizations: dict[str, dict]
    zones: list[dict]
    workstations: dict[str, dict]
    windows: list[dict]
    services: dict[str, dict]  # by the code used in addresses, in the order of their serials
    catalog: list[dict]
    certificate_kinds: dict[str, dict]
    messages: dict[str, dict]
    phrases: list[dict]
    staff: dict[str, dict]
    people: dict[str, dict]
    units: dict[str, dict]


def names() -> list[str]:
    """List the packs that exist."""
    return sorted(path.parent.name for path in FOLDER.glob("*/site.yaml"))


def read(name: str) -> Pack:
    """Read the pack of a province. Raises FileNotFoundError for an unknown name, KeyError for an unknown $word."""
    folder = FOLDER / name
    site = read_yaml(folder / "site.yaml")
    people = read_yaml(folder / "people.yaml")
    return Pack(
        name=name,
        site=site,
        organizations=read_yaml(folder / "organizations.yaml"),
        zones=read_yaml(folder / "zones.yaml"),
        workstations=read_yaml(folder / "workstations.yaml"),
        windows=read_csv(folder / "windows.csv"),
        services=_services(folder, site["words"]),
        catalog=read_yaml(COMMON / "catalog.yaml"),
        certificate_kinds=fill(read_yaml(COMMON / "certificate_kinds.yaml"), site["words"]),
        messages=read_yaml(COMMON / "messages.yaml"),
        phrases=read_yaml(COMMON / "phrases.yaml"),
        staff=read_yaml(folder / "staff.yaml"),
        people=people["people"],
        units=people["units"],
    )


def topics() -> dict[str, dict]:
    """Return the topics of services by the key that their files use."""
    return read_yaml(COMMON / "topics.yaml")


def demo_answers() -> dict[str, dict]:
    """Return the answers of the demo's cases by service."""
    return read_yaml(COMMON / "demo_answers.yaml")


def digest(name: str) -> str:
    """Return a hash over every file that decides what is loaded: the pack, what it shares, and our code."""
    paths = [*COMMON.rglob("*.yaml"), *(FOLDER / name).rglob("*.*"), *FOLDER.glob("*.py")]
    found = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        found.update(str(path.relative_to(FOLDER)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def merge(base: dict, over: dict) -> dict:
    """Lay one mapping over another: mappings are merged, everything else replaced, None removes."""
    merged = dict(base)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def fill(value, words: dict, language: str = ""):
    """Put the words into the $placeholders of every text; its key says its language: zh, en, title_zh, note_en."""
    if isinstance(value, dict):
        return {key: fill(part, words, _language(key) or language) for key, part in value.items()}
    if isinstance(value, list):
        return [fill(part, words, language) for part in value]
    if isinstance(value, str) and "$" in value:
        return Template(value).substitute({key: word[language] for key, word in words.items()})
    return value


def _language(key: str) -> str:
    return next((language for language in ("zh", "en") if key == language or key.endswith(f"_{language}")), "")


def _services(folder: Path, words: dict) -> dict[str, dict]:
    defaults, forms = read_yaml(COMMON / "defaults.yaml"), read_yaml(COMMON / "forms.yaml")
    found = {}
    for path in (folder / "services").glob("*.yaml"):
        shared = COMMON / "services" / path.name
        common = read_yaml(shared) if shared.exists() else {}
        entry = fill(merge(merge(defaults, common), read_yaml(path)), words)
        for material in entry["materials"].values():
            if "form" in material:
                material["form"] = forms[material["form"]]
        found[path.stem] = entry
    return dict(sorted(found.items(), key=lambda entry: entry[1]["serial"]))


def read_yaml(path: Path):
    """Read a file of a pack."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader)


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_csv(path: Path) -> list[dict]:
    """Read a table of a pack."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
