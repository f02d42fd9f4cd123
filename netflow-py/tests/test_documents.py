"""Flows as the documents of other tools."""

from pathlib import Path

import netflow_rs as nf
import pytest

CAPTURE = Path(__file__).parents[2] / "testdata" / "synthetic" / "nfv5.pcap"


def test_documents_have_the_names_of_their_tool() -> None:
    document = next(nf.documents(CAPTURE, schema="ecs", tags=["edge"]))
    assert document["source"]["ip"] == "192.0.2.1"
    assert document["tags"] == ["edge"]
    event = next(nf.documents([CAPTURE], schema="logstash"))
    assert event["netflow"]["ipv4_src_addr"] == "192.0.2.1"


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(nf.NetflowError, match="status 1"):
        list(nf.documents("no-such-file.pcap"))
