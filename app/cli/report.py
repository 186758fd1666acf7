"""`evenset report`: all that is known of a set, as one file that can be sent."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.cli.options import PATH, command, gathered, option
from app.cli.shared_options import (
    EncoderOptions,
    SourceOptions,
    encoder_options,
    json_option,
    seed_option,
    source_options,
)
from app.cli.source import embed_all, named_edits, opened_with_original
from app.cli.terminal import Bars, write_json
from app.cli.usage import OneOf
from core import records
from core.audit import audit
from core.augment import PRESETS
from core.dataset import ImageDataset
from core.dataset.edits_file import find_edits
from core.embed import Embeddings
from core.evaluate import (
    CANDIDATE_SETS,
    DEFAULT_HEAD,
    EvaluationReport,
    Experiment,
    evaluate,
    find_head,
    parse_candidates,
)
from core.evaluate.report_file import read_report
from core.export import make_recipe
from core.project import MapSettings, Projection, project
from core.report import ReportContents, findings_csv, report_json, write_html
from core.storage import write_bytes
from core.words import count_of, size_of

NO_MAP = "none"


@dataclass(frozen=True)
class ReportOptions:
    """Where the report goes, and what stands in it beside the audit."""

    out: Path
    csv: Path | None
    map_method: str
    compares: bool
    comparison: Path | None
    json_file: str | None
    seed: int | None


@command()
@source_options
@option("--out", type=PATH, required=True, metavar="FILE", help="the page, such as report.html")
@option("--csv", type=PATH, metavar="FILE", help="write a line for each finding and image")
@option(
    "--map", "map_method", type=OneOf(("umap", "pca", NO_MAP)), default="umap", metavar="NAME",
    help=f"how to draw the images: umap, pca or {NO_MAP}, which embeds nothing (default umap)",
)  # fmt: skip
@option("--compare", "compares", is_flag=True, help="compare the default strategies, too")
@option(
    "--comparison", type=PATH, metavar="FILE",
    help="put in the comparison that 'evenset evaluate --json FILE' has written",
)  # fmt: skip
@encoder_options
@seed_option
@json_option()
@gathered("asked", ReportOptions)
def run_report(source: SourceOptions, encoding: EncoderOptions, asked: ReportOptions) -> None:
    """Write one page on a set that opens anywhere, with pictures and without a network."""
    evaluation = None if asked.comparison is None else _read_comparison(asked.comparison)
    with opened_with_original(source) as (dataset, original, progress):
        embeddings = None
        if asked.map_method != NO_MAP or asked.compares:
            embeddings = embed_all(original, encoding, progress)
        report = audit(dataset, progress, embeddings=embeddings)
        edits, _ = find_edits(named_edits(source), original)
        contents = ReportContents(
            dataset,
            report,
            make_recipe(
                dataset, None, PRESETS["standard"], seed=asked.seed or 0, encoder=encoding.name,
                edits=named_edits(source),
            ),
            datetime.now(UTC).date(),
            projection=_map(dataset, embeddings, asked, progress),
            evaluation=_compared(dataset, original, embeddings, asked, progress) or evaluation,
            edits=edits,
            original=original,
        )  # fmt: skip
        content = write_html(contents, progress).encode("utf-8", "surrogatepass")
    write_bytes(asked.out, content)
    if asked.csv is not None:
        write_bytes(asked.csv, findings_csv(dataset, report).encode("utf-8", "surrogatepass"))
    if asked.json_file != "-":
        print(contents.verdict)
        print(
            f"The report is in {asked.out}: {size_of(len(content))}, "
            f"{count_of(len(report.findings), 'finding')}."
        )
    write_json(report_json(contents), asked.json_file)


def _read_comparison(path: Path) -> EvaluationReport:
    where = f"The comparison '{path}'"
    return read_report(records.parse(records.read_file(path, "comparison"), where), where)


def _map(
    dataset: ImageDataset, embeddings: Embeddings | None, asked: ReportOptions, progress: Bars
) -> Projection | None:
    if embeddings is None or asked.map_method == NO_MAP:
        return None
    rows = embeddings.rows[dataset.split_codes[embeddings.rows] >= 0]
    settings = MapSettings(seed=asked.seed or 0)
    return project(embeddings, rows, method=asked.map_method, settings=settings, progress=progress)


def _compared(
    dataset: ImageDataset,
    original: ImageDataset,
    embeddings: Embeddings | None,
    asked: ReportOptions,
    progress: Bars,
) -> EvaluationReport | None:
    if not asked.compares or embeddings is None:
        return None
    policy = PRESETS["standard"]
    candidates = parse_candidates(CANDIDATE_SETS["default"].rows(policy), {}, policy)
    experiment = Experiment(
        dataset, embeddings, find_head(DEFAULT_HEAD), seed=asked.seed or 0,
        original=original if original.digest != dataset.digest else None,
    )  # fmt: skip
    return evaluate(experiment, candidates, progress=progress)
