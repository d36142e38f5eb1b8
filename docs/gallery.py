"""Write docs/gallery*.md: every figure of a plan, drawn by the code beside it (``make docs``)."""

import os
from pathlib import Path
from typing import Any

import pages

from emisim.figures import style

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "gallery"
PLAN = "yangquan-2019"
FILES = {"en": "gallery.md", "zh": "gallery.zh.md"}
WIDTH, COLORS = 900, 64
BEGIN = f"""\
from emisim.figures import album, style
from emisim.stages import figures

found = figures.material("{PLAN}")
drawings = dict(album.pages(found, "{{lang}}"))"""
DRAW = 'figure = drawings["{name}"]()'
OWN = """\
from emisim.figures import waterfall

frame = style.Frame(found.place["{lang}"], found.years, found.stamp, "{lang}")
sums, rows = found.by_scenario("NH3"), found.measures("NH3")
figure = waterfall.waterfall(sums, rows, "NH3", frame)"""
SAVE = 'style.save(figure, "my-figure")  # .png, .svg and .pdf'
WORDS = {
    "en": {
        "title": "Gallery",
        "other": "[中文](gallery.zh.md)",
        "lead": "Every figure of a plan, for slides and print, as `snakemake` writes it to"
        f" `results/yangquan/{PLAN}/figures/` (PNG at 300 dpi, SVG, PDF). The code on this page was"
        " run when the page was made (`make docs`); run it in a project folder after `snakemake`.",
        "own": "One of your own: the same drawing with other data, here ammonia",
        "absent": "Not drawn for this plan",
    },
    "zh": {
        "title": "图集",
        "other": "[English](gallery.md)",
        "lead": f"一份计划的全部图件,供幻灯片和印刷使用;`snakemake` 把它们写入"
        f" `results/yangquan/{PLAN}/figures/`(300 dpi PNG、SVG、PDF)。本页代码在生成本页时"
        "(`make docs`)实际运行;运行 `snakemake` 之后,可在项目文件夹中照样执行。",
        "own": "自己作图:同样的画法换别的数据,以氨为例",
        "absent": "本计划未绘制的图",
    },
}


def run(code: str, scope: dict[str, Any]) -> str:
    """Run code in ``scope`` and return it as a box."""
    exec(compile(code, "gallery", "exec"), scope)
    return f"```python\n{code}\n```"


def picture(figure: Any, name: str, lang: str) -> str:
    """Write a figure, smaller, and return what it says with the link to it."""
    raster = style.save(figure, FOLDER / f"{name}-{lang}")
    small = FOLDER / f"{name}-{lang}.png"
    pages.shrink(small, small, WIDTH, COLORS)
    for path in raster:
        if path != small:
            path.unlink()
    message = " ".join(style.caption(figure)[0].split())
    return f"{message}\n\n![{name}](gallery/{small.name})"


def page(lang: str) -> str:
    """Draw everything and return the page of a language."""
    words, scope = WORDS[lang], {}
    parts = [f"# {words['title']}", words["other"], words["lead"]]
    parts.append(run(BEGIN.format(lang=lang), scope))
    for name in scope["drawings"]:
        box = run(DRAW.format(name=name), scope)
        parts += [f"## {name}", box, picture(scope["figure"], name, lang)]
    box = run(OWN.format(lang=lang), scope)
    parts += [f"## {words['own']}", box, picture(scope["figure"], "own", lang)]
    parts.append(f"```python\n{SAVE}\n```")
    missing = scope["album"].absent(scope["found"], lang)
    if missing:
        parts += [f"## {words['absent']}", *(f"- `{name}`: {why}" for name, why in missing)]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the gallery in both languages; pictures no longer drawn go."""
    os.chdir(ROOT)
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for lang, name in FILES.items():
        (ROOT / "docs" / name).write_text(page(lang), encoding="utf-8")
        print(f"wrote docs/{name}")


if __name__ == "__main__":
    main()
