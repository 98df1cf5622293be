"""Writes events.bin with TensorBoard's own protobuf messages and record writer (tensorboard 2.21.0):

python3 -m venv venv && venv/bin/pip install tensorboard numpy
venv/bin/python make-golden.py events.bin
"""

import sys

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

histogram = summary_pb2.HistogramProto(
    min=-0.5, max=2.0, num=4, sum=1.75, sum_squares=4.3125, bucket_limit=[-0.25, 0.125, 2.5], bucket=[1, 2, 1]
)
events = [
    event_pb2.Event(wall_time=1700000000.5, file_version="brain.Event:2"),
    event_pb2.Event(wall_time=1700000000.75, step=101, session_log=event_pb2.SessionLog(status="START")),
    event_pb2.Event(
        wall_time=1700000001.25,
        step=5000000000,
        summary=summary_pb2.Summary(
            value=[
                summary_pb2.Summary.Value(tag="train/nll", simple_value=0.1),
                summary_pb2.Summary.Value(tag="train/kl", simple_value=-12345.678),
            ]
        ),
    ),
    event_pb2.Event(
        wall_time=1700000002.0,
        step=102,
        summary=summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="posteriorMean/é", histo=histogram)]),
    ),
]
with open(sys.argv[1], "wb") as file:
    writer = RecordWriter(file)
    for event in events:
        writer.write(event.SerializeToString(deterministic=True))
