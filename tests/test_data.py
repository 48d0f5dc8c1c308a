"""The examples view, the two data sets, and downloads from good and bad mirrors on this machine."""

import gzip
import hashlib
import http.server
import importlib
import threading
import time
from typing import Any

import numpy as np
import pytest

from nets.data import DataError, Examples, download_mnist, load_digits, load_mnist
from nets.digits.download import MIRRORS, MNIST_FILES, find_file


@pytest.fixture
def examples(rng):
    return Examples(rng.random((20, 6)), rng.integers(0, 10, 20))


def test_examples_say_how_many_they_are(examples):
    assert repr(examples) == "Examples(n=20, features=6, classes=10)"


def test_examples_are_the_documents_pairs(examples):
    pairs = list(examples)
    assert len(pairs) == len(examples) == 20
    for i, (x, y) in enumerate(pairs):
        assert x.shape == (6, 1)
        assert y.shape == (10, 1)
        assert np.array_equal(x[:, 0], examples.inputs[:, i])
        assert np.array_equal(y[:, 0], examples.targets[:, i])
        assert y.sum() == 1
        assert y.argmax() == examples.labels[i]
    assert np.array_equal(examples[-1][0], pairs[19][0])
    with pytest.raises(IndexError):
        examples[20]
    scored = Examples(examples.inputs.T, examples.labels, as_labels=True)
    x, label = scored[3]
    assert x.shape == (6, 1)
    assert type(label) is int
    assert label == examples.labels[3]


def test_each_column_lies_in_one_piece_and_slices_share_memory(examples):
    assert examples.inputs.shape == (6, 20)
    assert examples.inputs[:, 4].flags.c_contiguous
    part = examples[5:15]
    assert len(part) == 10
    assert np.shares_memory(part.inputs, examples.inputs)
    assert np.shares_memory(part[0][0], examples.inputs)
    assert np.array_equal(part.labels, examples.labels[5:15])


def test_shuffling_keeps_pairs_together(examples, rng):
    order = rng.permutation(20)
    picked = examples[order]
    assert np.array_equal(picked.inputs, examples.inputs[:, order])
    assert np.array_equal(picked.targets, examples.targets[:, order])
    shuffled = examples.shuffled(np.random.default_rng(5))
    again = examples.shuffled(np.random.default_rng(5))
    assert np.array_equal(shuffled.inputs, again.inputs)
    assert not np.array_equal(shuffled.inputs, examples.inputs)
    columns = {tuple(x[:, 0]): y.argmax() for x, y in examples}
    assert all(columns[tuple(x[:, 0])] == y.argmax() for x, y in shuffled)


def test_examples_cannot_be_changed_by_accident(examples):
    for array in (examples.inputs, examples.targets, examples.labels, examples[0][0]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    own = np.zeros((2, 3))
    Examples(own, np.array([0, 1]))
    own[0] = 1.0  # the caller's own array stays writable


@pytest.mark.parametrize(
    ("rows", "labels", "message"),
    [
        (np.zeros((0, 3)), np.zeros(0, int), "the data set is empty"),
        (np.zeros((2, 0)), np.zeros(2, int), "the data set is empty"),
        (np.zeros(3), np.zeros(3, int), "matrix of floats"),
        (np.zeros((2, 3), int), np.zeros(2, int), "matrix of floats, one row each, not as int"),
        (np.array([["a"]]), np.zeros(1, int), "matrix of floats"),
        (np.zeros((2, 3)), np.zeros(3, int), "2 examples but labels of shape"),
        (np.zeros((2, 3)), np.zeros(2), "float64, not integers"),
        (np.zeros((2, 3)), np.array([0, 10]), "number 1 is 10"),
        (np.zeros((2, 3)), np.array([-1, 0]), "number 0 is -1"),
        (np.array([[np.nan]]), np.zeros(1, int), "NaN or infinity"),
    ],
)
def test_unfit_examples_are_refused(rows, labels, message):
    with pytest.raises(DataError, match=message):
        Examples(rows, labels)


def test_the_digits_need_no_download():
    split = load_digits(seed=3)
    assert [len(part) for part in split] == [1200, 297, 300]
    everything = np.hstack([part.inputs for part in split])
    assert everything.shape == (64, 1797)
    assert (everything.min(), everything.max()) == (0, 1)
    assert set(np.hstack([part.labels for part in split])) == set(range(10))
    assert np.array_equal(load_digits(seed=3).training.inputs, split.training.inputs)
    assert not np.array_equal(load_digits(seed=4).training.inputs, split.training.inputs)
    assert isinstance(split.test[0][1], int)


@pytest.mark.mnist
def test_the_standard_split(mnist_dir):
    training, validation, test = load_mnist(mnist_dir, dtype=np.float32)
    assert training.inputs.shape == (784, 50_000)
    assert validation.inputs.shape == test.inputs.shape == (784, 10_000)
    assert training.targets.dtype == training.inputs.dtype == np.float32
    assert training.labels[:8].tolist() == [5, 0, 4, 1, 9, 2, 1, 3]
    assert test.labels[:8].tolist() == [7, 2, 1, 0, 4, 1, 4, 9]
    assert (training.inputs.min(), training.inputs.max()) == (0, 1)


@pytest.mark.mnist
def test_the_table_of_checksums_is_that_of_the_real_files(mnist_dir):
    for name, (length, md5) in MNIST_FILES.items():
        content = gzip.decompress(find_file(mnist_dir, name).read_bytes())
        assert (len(content), hashlib.md5(content).hexdigest()) == (length, md5)


CONTENT = {
    "images": np.random.default_rng(1).bytes(300_000),
    "labels": b"\0\0\x08\x01" + bytes(150_000),
}
TABLE = {n: (len(c), hashlib.md5(c).hexdigest()) for n, c in CONTENT.items()}


def good(name):
    return gzip.compress(CONTENT[name], mtime=0)


def corrupted(name):
    """Make a sound gzip file of the right length with one wrong byte."""
    content = bytearray(CONTENT[name])
    content[1000] ^= 1
    return gzip.compress(bytes(content), mtime=0)


BOMB = gzip.compress(bytes(2**26))
BODIES = {
    "good": good,
    "truncated": lambda name: good(name)[:-100],
    "corrupted": corrupted,
    "broken": lambda name: good(name)[:10] + bytes([255]) * 50,
    "short": lambda name: gzip.compress(CONTENT[name][:-1], mtime=0),
    "bomb": lambda name: BOMB,
    "long": lambda name: bytes(10**6),
    "more": lambda name: good(name) + b"more",
    "html": lambda name: b"<html>Please log in to this network</html>",
    "empty": lambda name: b"",
}


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serve /<behaviour>/<file>.gz, and note each request in the server's log."""

    def do_GET(self):
        behaviour, name = self.path.strip("/").split("/")
        self.server.log.append(behaviour)
        if behaviour == "missing":
            return self.send_error(404)
        if behaviour == "hangup":
            return self.wfile.write(b"nonsense \x1b[2J\r\n\r\n")
        if behaviour == "away":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
            return self.end_headers()
        body = BODIES.get(behaviour, good)(name.removesuffix(".gz"))
        self.send_response(200)
        if behaviour != "unannounced":
            self.send_header("Content-Length", str(len(body) + (behaviour == "cut") * 10))
        self.end_headers()
        try:
            if behaviour == "silent":
                self.server.stopped.wait(20)
            elif behaviour == "slow":
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    if self.server.stopped.wait(0.02):
                        break
            else:
                self.wfile.write(body)
        except OSError:
            pass  # the client left

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.log, server.stopped = [], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.stopped.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def fetch(server, folder, *behaviours, stall=5.0, limit=10.0, files=TABLE):
    server.log.clear()
    mirrors = [f"{server.url}/{b}" for b in behaviours]
    return download_mnist(folder, mirrors, files, stall=stall, limit=limit)


def contents(folder):
    return {p.name: gzip.decompress(p.read_bytes()) for p in folder.iterdir()}


WHOLE = {f"{name}.gz": content for name, content in CONTENT.items()}


@pytest.mark.parametrize("behaviour", ["good", "unannounced"])
def test_a_good_mirror(behaviour, server, tmp_path):
    folder = tmp_path / "a" / "b"
    assert fetch(server, folder, behaviour) == folder
    assert contents(folder) == WHOLE
    assert server.log == [behaviour] * 2
    fetch(server, folder, behaviour)
    assert server.log == []  # what is there and sound is kept


FAULTS = {
    "truncated": "truncated",
    "corrupted": "MD5 sum",
    "broken": "not a sound gzip file",
    "short": "unpacks to 299999 bytes, not 300000",
    "bomb": "unpacks to more than 300000 bytes",
    "long": "not a sound gzip file",
    "more": "bytes after the end",
    "html": "not a sound gzip file",
    "empty": "truncated",
    "missing": "Not Found",
    "hangup": "nonsense",
    "away": "Redirection to url .* is not allowed",
    "cut": "sent",
    "silent": "timed out",
}


@pytest.mark.parametrize(("behaviour", "fault"), FAULTS.items())
def test_a_bad_mirror_is_left_for_the_next(behaviour, fault, server, tmp_path):
    stall = 0.3 if behaviour == "silent" else 5.0
    with pytest.raises(
        DataError, match=rf"images.gz could not be fetched \(.*{fault}.*by hand"
    ) as caught:
        fetch(server, tmp_path, behaviour, stall=stall)
    assert str(caught.value).isprintable()
    assert list(tmp_path.iterdir()) == []  # no half of a file stays behind
    fetch(server, tmp_path, behaviour, "good", stall=stall)
    assert contents(tmp_path) == WHOLE
    assert server.log == [behaviour, "good"] * 2


def test_a_mirror_that_drips_is_left_in_time(server, tmp_path):
    start = time.monotonic()
    fetch(server, tmp_path, "slow", "good", limit=0.3)
    assert time.monotonic() - start < 5
    assert contents(tmp_path) == WHOLE


def test_a_mirror_that_sends_without_end(server, tmp_path):
    tiny = {"images": (10, TABLE["images"][1])}
    empty_blocks = gzip.compress(b"")[:10] + b"\x00\x00\x00\xff\xff" * 10**5
    BODIES["blocks"] = lambda name: empty_blocks  # valid, and unpacks to nothing
    with pytest.raises(DataError, match="sends more than 1034 bytes"):
        fetch(server, tmp_path, "blocks", files=tiny)


def test_no_mirror_answers_or_is_one(tmp_path, server):
    with pytest.raises(DataError, match="starts with http"):
        download_mnist(tmp_path, [tmp_path.as_uri()], TABLE)
    closed = http.server.HTTPServer(("127.0.0.1", 0), Mirror)
    url = f"http://127.0.0.1:{closed.server_port}"
    closed.server_close()
    with pytest.raises(DataError, match="refused"):
        download_mnist(tmp_path, [url], TABLE)
    assert all(m.startswith("https://") for m in MIRRORS)


@pytest.mark.parametrize("there", ["images", "images.gz"])
@pytest.mark.parametrize(
    "content",
    [b"mine", gzip.compress(b"mine", mtime=0), good("images")[:-5]],
    ids=["plain", "compressed", "cut"],
)
def test_a_file_of_the_users_own_is_never_overwritten(there, content, server, tmp_path):
    (tmp_path / there).write_bytes(content)
    with pytest.raises(DataError, match="move it away"):
        fetch(server, tmp_path, "good")
    assert (tmp_path / there).read_bytes() == content


def test_a_plain_file_that_is_right_is_kept(server, tmp_path):
    (tmp_path / "images").write_bytes(CONTENT["images"])
    fetch(server, tmp_path, "good")
    assert server.log == ["good"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["images", "labels.gz"]


def test_a_folder_that_cannot_be_made(server, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="cannot download into"):
        fetch(server, tmp_path / "file", "good")


def test_a_full_disk_leaves_nothing_and_does_not_blame_the_mirror(server, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nets.digits.download.os.fsync", full)
    with pytest.raises(DataError, match=r"cannot download into .*: No space left on device"):
        fetch(server, tmp_path, "good", "good")
    assert server.log == ["good"]
    assert list(tmp_path.iterdir()) == []


def test_a_bar_is_not_needed(server, tmp_path, monkeypatch):
    real = importlib.import_module

    def without_tqdm(name, package=None):
        if name == "tqdm":
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without_tqdm)
    fetch(server, tmp_path, "good")
    assert contents(tmp_path) == WHOLE


def test_examples_by_any_index() -> None:
    data = Examples(np.arange(6.0).reshape(3, 2), np.array([0, 1, 2]), classes=3)
    for index in ([2, 0], (2, 0), np.array([2, 0]), np.array([2, 0], dtype=np.uint8)):
        assert data[index].labels.tolist() == [2, 0]
    assert data[[True, False, True]].labels.tolist() == [0, 2]
    assert data[range(2)].labels.tolist() == [0, 1]
    assert len(data[[]]) == 0
    assert data[np.int64(1)][1].ravel().tolist() == [0.0, 1.0, 0.0]
    with pytest.raises(TypeError, match="whole numbers or by one True or False"):
        data[[0.5]]
    with pytest.raises(IndexError):
        data[[3]]


@pytest.mark.parametrize("index", [True, None, ..., 1.0, "0", (0.5,), np.array(1), {0}])
def test_examples_are_not_picked_by_just_anything(index: Any) -> None:
    data = Examples(np.ones((4, 3)), np.array([0, 1, 1, 0]), classes=2)
    with pytest.raises(TypeError, match="Examples are picked by whole numbers"):
        data[index]


@pytest.mark.parametrize("classes", [0, -1, 2.0, True, "2", None])
def test_the_number_of_classes_is_a_whole_one(classes: Any) -> None:
    with pytest.raises(DataError, match=r"classes is .*: it must be a whole number of at least 1"):
        Examples(np.ones((4, 3)), np.array([0, 0, 0, 0]), classes=classes)
