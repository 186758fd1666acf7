"""The command line: `evenset serve | audit | augment | embed | resample | map | evaluate | ...`."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from app.cli.balance_options import add_balance_options
from app.cli.command import Command, checks_text
from app.cli.evaluate_options import add_evaluate_options
from app.cli.map_options import add_map_options
from app.cli.told_to_end import Terminated, told_to_end
from app.settings import LIMIT_OPTIONS, SERVE_OPTIONS, ServeOption
from core import __version__
from core.errors import EvensetError, SettingError

_SOURCE_HELP = "a folder, a zip, a tar, sample:parts or sample:digits"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0, or 1 when the input is at fault; wrong usage exits with 2."""
    options = build_parser().parse_args(arguments)
    # Imported here, so that `--help` and wrong usage are answered without the libraries.
    from app.cli import augment as augment_command
    from app.cli import balance as balance_command
    from app.cli import commands
    from app.cli import evaluate as evaluate_command
    from app.cli import map as map_command
    from app.cli import resample as resample_command

    modules = (
        *(commands, augment_command, balance_command, evaluate_command, map_command),
        resample_command,
    )
    runs = {name: run for module in modules for name, run in vars(module).items()}
    try:
        _check_seed(options)
        # The server ends by itself.
        with nullcontext() if options.command == "serve" else told_to_end():
            runs[f"run_{options.command}"](options)
    except EvensetError as error:
        print(f"evenset: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        # Files have refusals of their own; what is left is the screen, or where it leads to.
        print(f"evenset: Cannot go on: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("evenset: stopped.", file=sys.stderr)
        return 130
    except Terminated:
        print("evenset: stopped.", file=sys.stderr)
        return 143
    return 0


def _check_seed(options: argparse.Namespace) -> None:
    seed = getattr(options, "seed", None)
    if seed is not None and seed < 0:
        raise SettingError(f"The seed is {seed}; it must be 0 or more.")


def build_parser() -> Command:
    """Return the parser of all commands."""
    parser = Command(
        prog="evenset",
        description="See how unbalanced a set of labelled images is, what each remedy does to it, "
        "and take home a balanced set.",
    )
    parser.add_argument("--version", action="version", version=f"evenset {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_serve(commands)

    audit = commands.add_parser(
        "audit", help="count classes and find what is wrong",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    audit.ending = checks_text
    _add_source(audit)
    _add_json(audit)

    _add_augment(commands)

    embed = commands.add_parser("embed", help="turn every image into a vector")
    _add_source(embed)
    _add_out(embed, "folder for embeddings.npy, index.parquet and meta.json")
    _add_encoder(embed)
    _add_json(embed)

    resample = commands.add_parser("resample", help="make synthetic points from embeddings")
    resample.add_argument("embeddings", type=Path, metavar="EMBEDDINGS_DIR")
    _add_out(resample, "folder for provenance.parquet, kept.parquet and synthetic.npy")
    _add_balance(resample)
    _add_seed(resample)
    resample.add_argument(
        "--json",
        metavar="FILE",
        help="write what speaks against it and how good the points are; - is the screen",
    )

    _add_map(commands)

    _add_evaluate(commands)

    balance = commands.add_parser("balance", help="write a balanced dataset")
    _add_source(balance)
    _add_out(balance, "a new folder, or a file that ends in .zip")
    _add_balance(balance)
    add_balance_options(balance)
    _add_encoder(balance)
    balance.add_argument(
        "--recipe", type=Path, metavar="FILE", help="a recipe.json; other options change it"
    )
    _add_seed(balance)
    return parser


def _add_serve(commands: "argparse._SubParsersAction[Command]") -> None:
    serve = commands.add_parser("serve", help="open the app in the browser")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    serve.add_argument("--port", type=int, default=8501, help="port (%(default)s)")
    serve.add_argument("--data", metavar="DIR", help=f"open at the start: {_SOURCE_HELP}")
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser")
    serve.add_argument("--workspaces", metavar="DIR", help="keep what visitors bring and make here")
    _add_numbers(serve, SERVE_OPTIONS)


def _add_augment(commands: "argparse._SubParsersAction[Command]") -> None:
    augment = commands.add_parser("augment", help="try what each operation does to each class")
    _add_source(augment)
    augment.add_argument(
        "--evidence",
        type=Path,
        required=True,
        metavar="FILE",
        help="the table, a row per class, operation and strength: .csv, .json or .parquet",
    )
    augment.add_argument(
        "--suggest", type=Path, metavar="FILE", help="the policy that follows, as JSON for balance"
    )
    augment.add_listed(
        "--operations",
        "which to try, all by default: {names}",
        "core.augment",
        "OPERATIONS",
        metavar="A,B,...",
    )
    augment.add_argument(
        "--images-per-class",
        type=int,
        default=20,
        metavar="N",
        help="try at most so many images of each class (%(default)s)",
    )
    _add_encoder(augment)
    _add_seed(augment)


def _add_map(commands: "argparse._SubParsersAction[Command]") -> None:
    drawn = commands.add_parser("map", help="lay images and synthetic points out in the plane")
    drawn.add_argument("embeddings", type=Path, metavar="EMBEDDINGS_DIR")
    _add_out(drawn, "a Parquet file for the position of each point")
    drawn.add_argument(
        "--html", type=Path, metavar="FILE", help="a page with the map, which opens anywhere"
    )
    drawn.add_argument(
        "--synthetic", type=Path, metavar="DIR", help="a folder of 'evenset resample'"
    )
    add_map_options(drawn)
    _add_seed(drawn)


def _add_evaluate(commands: "argparse._SubParsersAction[Command]") -> None:
    evaluate = commands.add_parser("evaluate", help="compare strategies by cross-validation")
    _add_source(evaluate)
    add_evaluate_options(evaluate)
    _add_encoder(evaluate)
    _add_seed(evaluate)
    _add_json(evaluate)


def _add_numbers(
    parser: "argparse.ArgumentParser | argparse._ArgumentGroup", options: Sequence[ServeOption]
) -> None:
    for option in options:
        parser.add_argument(
            option.flag,
            type=float,
            metavar="N",
            help=f"{option.unit} {option.help} ({option.default:,.10g})",
        )


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help=_SOURCE_HELP)
    parser.add_argument(
        "--take",
        action="append",
        default=[],
        metavar="CLASS=COUNT",
        help="keep this class, and at most so many training images of it, in order of name; "
        "repeatable; '*=100' stands for all other classes",
    )
    parser.add_argument(
        "--edits", type=Path, metavar="FILE",
        help="an edits.json of the app: images left out, relabelled or moved to another split",
    )  # fmt: skip
    labels = parser.add_argument_group("labels", "found by themselves unless named")
    labels.add_argument(
        "--labels", metavar="FILE", help="a labels file of the source, or beside it; '' for folders"
    )
    labels.add_argument("--image-column", metavar="NAME", help="of the labels file")
    labels.add_argument("--label-column", metavar="NAME", help="of the labels file")
    labels.add_argument(
        "--split-column", metavar="NAME", help="of the labels file; '' when there is none"
    )
    labels.add_argument(
        "--group-column", metavar="NAME", help="such as patient or camera; '' when there is none"
    )
    labels.add_argument(
        "--decide",
        action="append",
        default=[],
        metavar="MISMATCH=DECISION",
        help="what to do about files and labels that do not match, such as "
        "alike_labels=keep_apart; repeatable",
    )
    pictures = parser.add_argument_group(
        "pictures", "one way for the whole set, proposed by its pictures unless named"
    )
    pictures.add_argument(
        "--background", metavar="NAME", help="behind transparent parts: white or grey"
    )
    pictures.add_argument(
        "--white-level",
        type=int,
        metavar="N",
        help="the value of 16-bit files that becomes white, such as 4095 for 12 bits in 16",
    )
    _add_numbers(parser.add_argument_group("limits"), LIMIT_OPTIONS)


def _add_out(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="PATH", help=text)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON; - is the screen")


def _add_encoder(parser: Command) -> None:
    parser.add_listed(
        "--encoder",
        "what turns an image into a vector: {names} (the first unless named), hf:OWNER/MODEL of "
        "Hugging Face, or a folder that holds such a model",
        "core.embed",
        "ENCODERS",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (%(default)s)")
    parser.add_argument(
        "--no-cache", action="store_true", help="neither look for vectors made before nor keep them"
    )


def _add_balance(parser: Command) -> None:
    parser.add_listed("--strategy", "how to balance: {names}", "core.resample", "STRATEGIES")
    parser.add_argument(
        "--target",
        action="append",
        metavar="TARGET",
        help="largest, median, smallest, a share of the largest class such as 50%%, a number of "
        "images, or CLASS=COUNT, repeatable; classes that are not named stay as they are",
    )
    parser.add_argument(
        "--most-per-image",
        type=int,
        metavar="N",
        help="add at most so many to a class for each image it has",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SETTING=VALUE",
        help="a setting of the strategy, such as k_neighbors=7; repeatable",
    )


def _add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, help="same seed, same result (0)")
