"""``make bench-clean``: delete the databases of the benchmarks. The results stay."""

from benchmarks.database import Bench, folders


def main() -> None:
    for opinions in folders():
        Bench(opinions).remove()
        print(f"deleted: {opinions} opinions")


if __name__ == "__main__":
    main()
