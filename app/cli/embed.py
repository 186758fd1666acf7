"""`evenset embed`: write the vector of every image of a source."""

from pathlib import Path

from app.cli.options import command, option
from app.cli.shared_options import (
    EncoderOptions,
    SourceOptions,
    encoder_options,
    json_option,
    out_option,
    source_options,
)
from app.cli.source import embed_all, make_folder, opened
from app.cli.terminal import write_json
from core.embed import embedding_text, find_encoder, resolve_device, write_embeddings
from core.evaluate.adapting import adapt, adapting_text, check_base
from core.words import count_of

ENCODER_FOLDER = "encoder"


@command()
@source_options
@out_option("a folder for embeddings.npy, index.parquet and meta.json")
@encoder_options
@option(
    "--adapt", "adapts", is_flag=True,
    help="let the encoder learn the labels of the training split first; it is written to "
    f"'{ENCODER_FOLDER}' beside the vectors, for --encoder of other commands",
)  # fmt: skip
@json_option()
def run_embed(
    source: SourceOptions,
    out: Path,
    encoding: EncoderOptions,
    json_file: str | None,
    *,
    adapts: bool,
) -> None:
    """Turn every image into a vector."""
    find_encoder(encoding.name)
    if adapts:
        check_base(encoding.name)
    make_folder(out)
    with opened(source) as (dataset, progress):
        if json_file != "-":
            count, device = len(dataset.present_rows), resolve_device(encoding.device)
            text = embedding_text(encoding.name, count, device=device)
            if adapts:
                text = f"{adapting_text(encoding.name, len(dataset.training_rows))} {text}"
            progress.say(f"evenset: {text}")
        encoder = None
        if adapts:
            encoder = str(out / ENCODER_FOLDER)
            adapt(
                dataset, Path(encoder), encoder=encoding.name, device=encoding.device,
                progress=progress,
            )  # fmt: skip
        embeddings = embed_all(dataset, encoding, progress, encoder=encoder)
    write_embeddings(out, dataset, embeddings)
    result = {
        "images": len(embeddings.rows),
        "missing": len(dataset.present_rows) - len(embeddings.rows),
        "dimension": int(embeddings.vectors.shape[1]),
        "encoder": embeddings.encoder,
        "device": embeddings.device,
        "digest": embeddings.digest,
        "out": str(out),
    }
    if json_file != "-":
        print(
            f"{count_of(len(embeddings.rows), 'image')} embedded by '{embeddings.encoder}' on "
            f"{embeddings.device}: {result['dimension']} numbers each, in {out}."
        )
    write_json(result, json_file)
