"""What Gemini counts, by golden vectors: thoughts beside the answer, tools beside the prompt, unless the total says otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.wire.gemini_usage import from_gemini
from ai_api.wire.usage import COUNT_MAX, Usage, UsageStream

NAMES = [
    "promptTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
    "cachedContentTokenCount",
    "toolUsePromptTokenCount",
    "totalTokenCount",
]


def usage(prompt=None, said=None, thoughts=None, cached=None, tools=None, total=None):
    given_counts = zip(NAMES, (prompt, said, thoughts, cached, tools, total), strict=True)
    return {name: value for name, value in given_counts if value is not None}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (usage(100, 20, 7, cached=30, total=127), Usage(100, cached_read=30, output=27, reasoning=7)),
        (usage(100, 27, 7, total=127), Usage(100, output=27, reasoning=7)),
        (usage(100, 20, 7, tools=40, total=167), Usage(140, output=27, reasoning=7)),
        (usage(140, 20, 7, tools=40, total=167), Usage(140, output=27, reasoning=7)),
        (usage(140, 27, 7, tools=40, total=167), Usage(140, output=27, reasoning=7)),
        (usage(100, thoughts=50, total=150), Usage(100, output=50, reasoning=50)),
        (usage(100, 20, 7), Usage(100, output=27, reasoning=7)),
        (usage(100, 20, 7, total=3), Usage(100, output=27, reasoning=7)),
        (usage(8, total=8), Usage(8)),
        (usage(8), Usage(8, output_known=False)),
        (usage(said=20, total=120), Usage(100, output=20)),
        (usage(said=20), Usage(0, output=20, input_known=False)),
        (usage(total=20), None),
        (None, None),
        ([], None),
    ],
)
def test_golden_vectors(told, expected):
    assert from_gemini(told) == expected


@given(
    st.dictionaries(
        st.sampled_from([*NAMES, "promptTokensDetails", "trafficType"]),
        st.none()
        | st.booleans()
        | st.floats()
        | st.text(max_size=3)
        | st.lists(st.none())
        | st.integers(-1, COUNT_MAX * 2),
    )
)
def test_whatever_stands_there_it_is_read_or_left(told):
    found = from_gemini(told)
    assert found is None or (found.input_total >= found.cached_read >= 0 and found.output >= found.reasoning >= 0)


def test_counts_of_chunks_are_never_added_up():
    stream = UsageStream(from_gemini)
    for told in (usage(100, total=100), usage(100, 5, total=105), usage(100, 20, 7, cached=30, total=127)):
        stream.add(
            told | {"promptTokensDetails": [{"modality": "TEXT", "tokenCount": 100}], "trafficType": "ON_DEMAND"}
        )
    stream.add({"serviceTier": "priority"})
    assert stream.total() == Usage(100, cached_read=30, output=27, reasoning=7, service_tier="priority")
