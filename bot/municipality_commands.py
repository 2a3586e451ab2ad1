"""``knowledge new-municipality``: a folder to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from bot.services import services
from knowledge.municipality_codes import CodeError
from knowledge.new_municipality import LayoutError, described, lay_out


@click.command("new-municipality")
@click.argument("code")
@click.option("--name", required=True, help="市区町村の名前（例 松阪市）。")
@click.option("--kana", help="よみ（ひらがな）。書かなければ、名前から作る。")
@click.option("--prefecture", help="都道府県。書かなければ、コードから決まる。")
@click.option("--contact-department", help="答えられないときの案内先の課。書かなければ「〇〇市役所」。")
@click.option("--contact-telephone", help="その電話（例 0598-53-0000）。")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="作る場所。書かなければ CONTENT_FOLDER。"
)
def new_municipality(
    code: str,
    name: str,
    kana: str | None,
    prefecture: str | None,
    contact_department: str | None,
    contact_telephone: str | None,
    folder: Path | None,
) -> None:
    """市町村 CODE（全国地方公共団体コード6桁）の、内容のフォルダーをひな型から作る。"""
    own = services().settings.content_folder
    try:
        town = described(code, name, kana, prefecture, contact_department, contact_telephone)
        made = lay_out(town, folder or own)
    except (CodeError, LayoutError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made} を作りました（{town.prefecture}{town.name}、よみは {town.kana}）")
    click.echo("違うところは municipality.yaml で直せます")
    for file in sorted(made.iterdir()):
        click.echo(f"  {file.name}")
    load = "knowledge load" if made.parent.resolve() == own.resolve() else f"knowledge load {made}"
    click.echo(f"次は: flask --app app {load}")
