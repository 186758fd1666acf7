"""`evenset embed`: write the vector of every image of a source."""

from pathlib import Path

from app.cli.options import command
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
from core.words import count_of


@command()
@source_options
@out_option("a folder for embeddings.npy, index.parquet and meta.json")
@encoder_options
@json_option()
def run_embed(
    source: SourceOptions, out: Path, encoding: EncoderOptions, json_file: str | None
) -> None:
    """Turn every image into a vector."""
    find_encoder(encoding.name)
    make_folder(out)
    with opened(source) as (dataset, progress):
        if json_file != "-":
            count, device = len(dataset.present_rows), resolve_device(encoding.device)
            text = embedding_text(encoding.name, count, device=device)
            progress.say(f"evenset: {text}")
        embeddings = embed_all(dataset, encoding, progress)
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
