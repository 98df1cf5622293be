"""Made the files beside it: `python make.py` with numpy 2, pyarrow 26, h5py 3.16 and pillow 13. What is in them stands in
test/datasets/own/fixtures.ts, too."""

from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

here = Path(__file__).parent
n = 12
i = np.arange(n)

table = pa.table(
    {
        "id": pa.array(i * 1000, pa.int64()),
        "size": pa.array([None if k == 4 else k / 8 for k in range(n)], pa.float64()),
        "colour": pa.array([["red", "green", "blue"][k % 3] for k in range(n)]),
        "new": pa.array([k % 2 == 0 for k in range(n)]),
        "y": pa.array(i * 0.5, pa.float32()),
    }
)
pq.write_table(table, here / "snappy.parquet", row_group_size=8)
pq.write_table(table, here / "gzip.parquet", compression="gzip", data_page_version="2.0")
pq.write_table(table, here / "plain.parquet", compression="none", use_dictionary=False)
pq.write_table(table, here / "zstd.parquet", compression="zstd")
pq.write_table(
    pa.table({"day": pa.array(i.astype("datetime64[D]")), "x": pa.array(i), "y": pa.array(i % 2)}), here / "dates.parquet"
)

with h5py.File(here / "arrays.h5", "w") as f:
    f.create_dataset("x", data=(np.arange(n * 8 * 2).reshape(n, 8, 2) / 4).astype("<f4"), compression="gzip", shuffle=True)
    f.create_dataset("y", data=(i * i).astype("<i8"))
    f.create_dataset("more/even", data=i % 2 == 0)
    f.create_dataset("more/kind", data=["abc"[k % 3] for k in range(n)], dtype=h5py.string_dtype())
    f.create_dataset("more/images", data=np.arange(n * 3 * 2, dtype="u1").reshape(n, 3, 2))
    f.create_dataset("more/complex", data=np.zeros(n, "<c8"))

with h5py.File(here / "kinds.h5", "w", libver="latest") as f:
    for kind in ("i1", "u1", "<i2", ">i2", "<u4", ">u4", ">i8", "<u8", "<f2", ">f2", ">f4", ">f8"):
        f.create_dataset(kind, data=(i - (5 if "i" in kind else 0)).astype(kind))
    f.create_dataset("b1", data=i % 3 == 0)

rows, columns = np.mgrid[0:8, 0:16]
picture = np.stack([rows * 16, columns * 8, 255 - columns * 8], axis=-1).astype("u1")
Image.fromarray(picture).save(here / "colour.jpg", quality=95, subsampling=0)
Image.fromarray(picture).save(here / "halved.jpg", quality=90, subsampling=2)
Image.fromarray(picture[..., 1]).save(here / "grey.jpg", quality=95, progressive=True)
Image.fromarray(picture).convert("CMYK").save(here / "cmyk.jpg", quality=50)

# As gravitational-wave sets are written, and the same numbers in other layouts.
signals = np.random.default_rng(1).standard_normal((10, 24)).astype("<f4")
with h5py.File(here / "stream.h5", "w") as f:
    f.create_dataset("train_data", data=signals)
    f.create_dataset("train_label", data=np.stack([signals[:, 0], signals.sum(axis=1)], axis=1))
    f.create_dataset("chunked", data=signals, chunks=(3, 7), compression="gzip", shuffle=True)
    f.create_dataset("rows", data=signals, chunks=(1, 24))
    f.create_dataset("even", data=signals > 0, chunks=(4, 24))
    f.create_dataset("pixels", data=np.arange(10 * 3 * 2, dtype="u1").reshape(10, 3, 2))
    f.create_dataset("large", data=np.zeros((10, 2**17), "<f8"), chunks=(5, 2**17), compression="gzip")
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple(signals.shape)
    h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, space, compact).write(h5py.h5s.ALL, h5py.h5s.ALL, signals)
