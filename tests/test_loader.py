"""Hostile and damaged data files: the loader says what is wrong, and takes no more than it should.

Every fault must come out as the library's own `DataError`, one sentence that names the file.
"""

import gzip
import os
import pickle
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest

from nets.data import DataError, load_mnist
from nets.digits.idx import MAX_BYTES, read_idx

IMAGES = ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"]
LABELS = ["train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"]
NAMES = sorted(IMAGES + LABELS)


def idx(array, kind=0x08, dims=None):
    """Write an IDX file's bytes, with a header that may lie."""
    dims = array.shape if dims is None else dims
    return struct.pack(f">BBBB{len(dims)}I", 0, 0, kind, len(dims), *dims) + array.tobytes()


def small_set(rng):
    """Make the four files of a small sound data set: 12 training and 5 test images of 4 x 3."""
    files = {}
    for images, labels, n in zip(IMAGES, LABELS, (12, 5), strict=True):
        files[images] = idx(rng.integers(0, 256, (n, 4, 3), dtype=np.uint8))
        files[labels] = idx(rng.integers(0, 10, n, dtype=np.uint8))
    return files


def write(folder, files, pack=False):
    for name, content in files.items():
        if pack:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("pack", [False, True], ids=["plain", "gz"])
def test_a_sound_set_comes_back_to_the_byte(pack, tmp_path, rng):
    files = small_set(rng)
    training, validation, test = load_mnist(write(tmp_path, files, pack), validation=4)
    assert (len(training), len(validation), len(test)) == (8, 4, 5)
    pixels = np.frombuffer(files[IMAGES[0]], np.uint8, offset=16).reshape(12, 12)
    both = np.hstack([training.inputs, validation.inputs])
    assert np.array_equal(np.rint(both.T * 255), pixels)
    assert both.min() >= 0
    assert both.max() <= 1
    labels = np.frombuffer(files[LABELS[0]], np.uint8, offset=8)
    assert np.concatenate([training.labels, validation.labels]).tolist() == labels.tolist()


def test_packed_files_are_told_by_their_bytes_not_their_names(tmp_path, rng):
    path = tmp_path / "images.gz"
    path.write_bytes(idx(np.arange(6, dtype=np.uint8)))
    assert read_idx(path, 1).tolist() == [0, 1, 2, 3, 4, 5]
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(idx(np.arange(6, dtype=np.uint8))))
    assert read_idx(str(path), 1).tolist() == [0, 1, 2, 3, 4, 5]


LABEL = np.array([7, 2, 1], dtype=np.uint8)
SOUND = idx(LABEL)
FAULTS = {
    "no bytes": (b"", "truncated: it ends before the 4 bytes"),
    "half a magic number": (SOUND[:3], "truncated: it ends before the 4 bytes"),
    "foreign": (b"\x89PNG\r\n\x1a\n" + bytes(90), "is not an IDX file: it starts with the bytes"),
    "pickle": (pickle.dumps(LABEL), "is not an IDX file"),
    "floats": (idx(LABEL, kind=0x0D), "holds floats"),
    "unknown type": (idx(LABEL, kind=0x77), "an unknown type"),
    "images for labels": (idx(LABEL.reshape(3, 1, 1)), "3 dimensions instead of 1"),
    "no dimension": (b"\0\0\x08\0", "0 dimensions instead of 1"),
    "half a header": (SOUND[:6], "ends within the sizes"),
    "one byte short": (SOUND[:-1], "promises 3 = 3 bytes of data, and 2 are there"),
    "one byte long": (SOUND + b"\0", "more data than the 3 bytes"),
    "empty": (idx(LABEL[:0]), "is empty: its header says 0"),
    "huge": (idx(LABEL, dims=(2**32 - 1,)), "holds 4294967295 bytes; files of more than"),
    "gz cut": (gzip.compress(SOUND, mtime=0)[:-9], "compressed data end too early"),
    "gz start only": (b"\x1f\x8b", "compressed data"),
    "gz wrong sum": (
        gzip.compress(SOUND, mtime=0)[:-8] + bytes(4) + gzip.compress(SOUND, mtime=0)[-4:],
        "compressed data are wrong",
    ),
    "gz wrong block": (
        gzip.compress(SOUND, mtime=0)[:10] + b"\xff" * 30,
        "compressed data are wrong",
    ),
    "gz and more": (gzip.compress(SOUND, mtime=0) + b"garbage", "compressed data are wrong"),
    "gz twice": (gzip.compress(SOUND, mtime=0) + gzip.compress(b"x"), "more data than"),
}


@pytest.mark.parametrize(("content", "message"), FAULTS.values(), ids=FAULTS)
def test_faults_are_named(content, message, tmp_path):
    path = tmp_path / "labels"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_idx(path, 1)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_not_a_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(DataError, match="not a regular file"):
            read_idx(path, 1)
    for name in ("nowhere", "nul\0l"):
        with pytest.raises(DataError, match="cannot be read"):
            read_idx(tmp_path / name, 1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "labels"
    path.write_bytes(SOUND)
    path.chmod(0)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        read_idx(path, 1)


def test_the_largest_mnist_file_is_within_the_cap():
    assert 60_000 * 28 * 28 + 16 <= MAX_BYTES <= 64 * 2**20


def broken_set(rng, name, content):
    return {**small_set(rng), name: content}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (LABELS[0], idx(np.zeros(11, np.uint8)), "12 training images but 11 training labels"),
        (LABELS[1], idx(np.zeros(6, np.uint8)), "5 test images but 6 test labels"),
        (LABELS[1], idx(np.array([0, 1, 9, 10, 0], np.uint8)), "number 3 is 10"),
        (IMAGES[1], idx(np.zeros((5, 3, 4), np.uint8)), "4 x 3 and test images of 3 x 4"),
        (IMAGES[0], idx(np.zeros((12, 0, 3), np.uint8)), "is empty"),
        (IMAGES[0], idx(np.zeros(12, np.uint8)), "1 dimensions instead of 3"),
    ],
)
def test_files_that_do_not_belong_together(name, content, message, tmp_path, rng):
    with pytest.raises(DataError, match=message):
        load_mnist(write(tmp_path, broken_set(rng, name, content)), validation=4)


def test_what_is_missing_is_listed_with_the_remedy(tmp_path, rng):
    with pytest.raises(
        DataError, match=r"is not a folder.*--download fetches them.*download_mnist\(folder\)"
    ):
        load_mnist(tmp_path / "nowhere")
    files = small_set(rng)
    del files[LABELS[1]]
    write(tmp_path, files)
    with pytest.raises(DataError, match="lacks t10k-labels-idx1-ubyte: the MNIST files"):
        load_mnist(tmp_path)


@pytest.mark.parametrize("validation", [0, -1, 12, 10_000])
def test_a_validation_set_that_leaves_nothing(validation, tmp_path, rng):
    write(tmp_path, small_set(rng))
    with pytest.raises(DataError, match="cannot be set apart"):
        load_mnist(tmp_path, validation=validation)


def mutate(rng, content):
    """Damage a file: bytes changed, cut, put in, doubled, a size overwritten, or packed wrongly."""
    content = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(0, len(content) + 1))
        match rng.integers(0, 7):
            case 0:
                content[at : at + 1] = rng.bytes(1)
            case 1:
                del content[at:]
            case 2:
                content[at:at] = rng.bytes(int(rng.integers(1, 20)))
            case 3:
                content += content[at:]
            case 4:
                field = 4 * int(rng.integers(0, 4))
                value = int(rng.choice([0, 1, 2**16, 2**31, 2**32 - 1, rng.integers(2**32)]))
                content[field : field + 4] = value.to_bytes(4, "big")
            case 5:
                content = bytearray(gzip.compress(bytes(content), 1))
            case _:
                content = bytearray(rng.bytes(int(rng.integers(0, 40))))
    return bytes(content)


def test_ten_thousand_damaged_files_give_our_own_error_only(tmp_path, rng):
    messages = []
    write(tmp_path, small_set(rng))
    for _ in range(10_000):
        sound = small_set(rng)
        name = NAMES[rng.integers(4)]
        (tmp_path / name).write_bytes(mutate(rng, sound[name]))
        try:
            data = load_mnist(tmp_path, validation=4)
        except DataError as e:
            messages.append(str(e))
        else:  # bytes of a pixel or label may change and leave a sound file
            for part in data:
                assert part.labels.max() < 10
                assert part.inputs.shape[1] == len(part.labels)
        (tmp_path / name).write_bytes(sound[name])
    assert len(messages) > 5_000
    assert "\n" not in "".join(messages)


BOMB = """
import re, sys
from pathlib import Path
from nets.data import DataError, load_mnist
from nets.digits.idx import read_idx
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
before = peak()
try:
    read_idx(sys.argv[1], 3)
except DataError as e:
    print(peak() - before, e)
"""


def pack_zeros(head, size):
    """Compress `head` and then `size` zero bytes, without holding them."""
    packer = zlib.compressobj(9, wbits=31)
    packed = packer.compress(head)
    for _ in range(size // 2**20):
        packed += packer.compress(bytes(2**20))
    return packed + packer.flush()


@pytest.mark.parametrize(
    ("dims", "message"),
    [((2**21, 28, 28), "are refused"), ((60_000, 28, 28), "more data than")],
    ids=["a header that says so", "a header that lies"],
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from /proc")
def test_a_gzip_bomb_costs_64_mebibytes_at_most(dims, message, tmp_path, root):
    path = tmp_path / "bomb.gz"
    path.write_bytes(pack_zeros(struct.pack(">BBBB3I", 0, 0, 8, 3, *dims), 2**30))
    assert path.stat().st_size < 2 * 2**20
    run = subprocess.run(
        [sys.executable, "-c", BOMB, path], cwd=root, capture_output=True, text=True, check=True
    )
    extra, _, words = run.stdout.partition(" ")
    assert message in words
    assert int(extra) <= 64 * 1024


def test_the_loader_does_not_know_pickle(root):
    for name in ("digits/idx.py", "data.py", "digits/download.py"):
        text = (root / "nets" / name).read_text(encoding="utf-8")
        assert "pickle" not in text
        assert "np.load" not in text
