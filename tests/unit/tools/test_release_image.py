"""The committed image holds our contracts alone and is whole again when it is completed."""

from __future__ import annotations

import pytest
from google.protobuf import duration_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool

from tools.release_image import complete_image, main, strip_image

FOREIGN = FileDescriptorProto.FromString(duration_pb2.DESCRIPTOR.serialized_pb)


def make_image(*files: FileDescriptorProto) -> bytes:
    return FileDescriptorSet(file=files).SerializeToString()


def make_file(name: str, *imports: str) -> FileDescriptorProto:
    file = FileDescriptorProto(name=name, package="xiezhi.zoo.v1", syntax="proto3", dependency=imports)
    file.source_code_info.location.add(leading_comments="a comment")
    return file


def test_keeps_only_our_files_without_comments_in_a_fixed_order() -> None:
    first, second = make_file("xiezhi/a.proto"), make_file("xiezhi/b.proto", FOREIGN.name)
    stripped = strip_image(make_image(FOREIGN, second, first))
    files = FileDescriptorSet.FromString(stripped).file
    assert [file.name for file in files] == ["xiezhi/a.proto", "xiezhi/b.proto"]
    assert not any(file.HasField("source_code_info") for file in files)
    assert stripped == strip_image(make_image(first, FOREIGN, second))


def test_refuses_an_image_with_none_of_our_files() -> None:
    with pytest.raises(ValueError, match="none of our contracts"):
        strip_image(make_image(FOREIGN))


def test_completed_image_resolves_in_the_order_it_is_in() -> None:
    inner, outer = make_file("xiezhi/z.proto", FOREIGN.name), make_file("xiezhi/a.proto", "xiezhi/z.proto")
    image = make_image(FOREIGN, inner, outer)
    completed = FileDescriptorSet.FromString(complete_image(strip_image(image), image=image))
    pool = DescriptorPool()
    for file in completed.file:
        pool.Add(file)
    assert pool.FindFileByName("xiezhi/a.proto").dependencies[0].name == "xiezhi/z.proto"


def test_refuses_files_that_import_each_other() -> None:
    image = make_image(make_file("xiezhi/a.proto", "xiezhi/b.proto"), make_file("xiezhi/b.proto", "xiezhi/a.proto"))
    with pytest.raises(ValueError, match="circle"):
        complete_image(strip_image(image), image=make_image(FOREIGN))


def test_refuses_an_unknown_verb() -> None:
    with pytest.raises(SystemExit, match="usage"):
        main(["publish"])
