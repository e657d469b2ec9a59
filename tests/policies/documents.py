"""Folders of documents as other places deliver them, small and written for the tests."""

import csv
import hashlib
from pathlib import Path

COLUMNS = [
    *("id", "title", "category", "level", "region_code", "region_name", "issuer", "doc_number", "index_number"),
    *("theme", "adopted_on", "published_on", "effective_on", "status", "versions", "topics", "mentions_talent"),
    *("articles", "chars", "sha256", "source", "source_path", "file"),
]

MORE_COLUMNS = [*COLUMNS, "source_url", "expires_on", "repealed_on"]

LAW = """# {title}

2019年1月8日 省人民代表大会常务委员会第一次会议通过

2023年5月6日 省人民代表大会常务委员会第九次会议修订

<!-- INFO END -->

## 第一章　总　则

第一条　为了吸引人才，制定本条例。

第二条　对全职引进的博士，给予安家补贴{amount}万元。

（一）一次性发放；

（二）五年内不得离开。

## 第二章 附则

第三条　本条例自公布之日起施行。
"""


def law(title: str, amount: int = 10) -> str:
    return LAW.format(title=title, amount=amount)


def row(id: str, title: str = "示例省人才条例", **values) -> dict:
    return {
        "id": id,
        "title": title,
        "category": "地方性法规",
        "level": "province",
        "region_code": "330000",
        "region_name": "浙江省",
        "issuer": "浙江省人民代表大会常务委员会",
        "published_on": "2023-05-06",
        "effective_on": "2023-06-01",
        "status": "current",
        "topics": "talent;housing",
        "source": "Texts",
        "file": f"text/{id}.md",
    } | values


def make_folder(folder: Path, rows: list[dict], texts: dict[str, str] | None = None, columns=COLUMNS) -> Path:
    """Write index.csv and a text for each row; `texts` by id replace the sample law. Of two rows the first has it."""
    (folder / "text").mkdir(parents=True, exist_ok=True)
    with (folder / "index.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        written = set()
        for one in rows:
            data = (texts or {}).get(one["id"], law(one["title"])).encode()
            plain = (folder / "text" / f"{one['id']}.md").resolve()
            if plain not in written:
                plain.write_bytes(data)
            written.add(plain)
            writer.writerow({"sha256": hashlib.sha256(data).hexdigest()} | one)
    return folder
