"""One normalized usage out of every dialect: golden vectors of real providers, and nothing believed that is garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.wire.anthropic_usage import from_anthropic
from ai_api.wire.openai_usage import from_openai_chat, from_openai_responses
from ai_api.wire.usage import COUNT_MAX, Usage, UsageStream, served_tier

READERS = [from_openai_chat, from_openai_responses, from_anthropic]
GARBAGE = [None, -1, 1.0, 20.5, "20", "", True, False, [], {}, [20], COUNT_MAX + 1, 10**30, float("nan"), float("inf")]

# input, cached read, cache write, output, reasoning
OPENAI_CHAT = {
    "openai": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
            "prompt_tokens_details": {"cached_tokens": 30, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 7, "accepted_prediction_tokens": 0},
        },
        (100, 30, 0, 20, 7),
    ),
    "openai with cache writes": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 12},
        },
        (100, 30, 12, 20, 0),
    ),
    "azure": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
            "prompt_tokens_details": {"cached_tokens": 30},
            "completion_tokens_details": None,
        },
        (100, 30, 0, 20, 0),
    ),
    "deepseek": (
        {
            "prompt_tokens": 100,
            "prompt_cache_hit_tokens": 30,
            "prompt_cache_miss_tokens": 70,
            "completion_tokens": 20,
            "total_tokens": 120,
            "completion_tokens_details": {"reasoning_tokens": 7},
        },
        (100, 30, 0, 20, 7),
    ),
    "deepseek without a prompt count": (
        {"prompt_cache_hit_tokens": 30, "prompt_cache_miss_tokens": 70, "completion_tokens": 20},
        (100, 30, 0, 20, 0),
    ),
    "xai reports reasoning beside the completion": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 127,
            "prompt_tokens_details": {"cached_tokens": 30},
            "completion_tokens_details": {"reasoning_tokens": 7},
        },
        (100, 30, 0, 27, 7),
    ),
    "xai with as much cached as reasoning": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 150,
            "prompt_tokens_details": {"cached_tokens": 30},
            "completion_tokens_details": {"reasoning_tokens": 30},
        },
        (100, 30, 0, 50, 30),
    ),
    "gemini's compatible endpoint hides its thinking in the total": (
        {"prompt_tokens": 8, "completion_tokens": 11, "total_tokens": 1034},
        (8, 0, 0, 1026, 1015),
    ),
    "only thinking": (
        {
            "prompt_tokens": 21,
            "completion_tokens": 0,
            "total_tokens": 81,
            "completion_tokens_details": {"reasoning_tokens": 60},
        },
        (21, 0, 0, 60, 60),
    ),
    "a prompt that excludes its cache": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 20,
            "total_tokens": 110,
            "cache_read_input_tokens": 30,
            "cache_creation_input_tokens": 50,
        },
        (90, 30, 50, 20, 0),
    ),
    "moonshot and together": (
        {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "cached_tokens": 30},
        (100, 30, 0, 20, 0),
    ),
    "mistral": (
        {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "num_cached_tokens": 30},
        (100, 30, 0, 20, 0),
    ),
    "perplexity": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "reasoning_tokens": 7,
            "citation_tokens": 11,
            "num_search_queries": 2,
        },
        (100, 0, 0, 20, 7),
    ),
    "perplexity's deep research": (
        {"prompt_tokens": 33, "completion_tokens": 7163, "total_tokens": 7196, "reasoning_tokens": 73997},
        (33, 0, 0, 81160, 73997),
    ),
    "openrouter": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
            "cost": 0.01,
            "cache_write_tokens": 10,
            "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 10},
            "completion_tokens_details": {"reasoning_tokens": 7},
        },
        (100, 30, 10, 20, 7),
    ),
    "one number in several places": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "cached_tokens": 30,
            "cache_read_input_tokens": 30,
            "cache_creation_input_tokens": 12,
            "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 12, "cache_creation_tokens": 12},
        },
        (100, 30, 12, 20, 0),
    ),
    "both names, one of them unused": (
        {"prompt_tokens": 100, "completion_tokens": 20, "input_tokens": 0, "output_tokens": 0},
        (100, 0, 0, 20, 0),
    ),
    "embeddings": ({"prompt_tokens": 8, "total_tokens": 8}, (8, 0, 0, 0, 0)),
    "gpt-4o-transcribe": (
        {
            "type": "tokens",
            "input_tokens": 14,
            "input_token_details": {"audio_tokens": 10, "text_tokens": 4},
            "output_tokens": 2,
            "total_tokens": 16,
        },
        (14, 0, 0, 2, 0),
    ),
    "a reasoning count one above its completion": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 100,
            "total_tokens": 110,
            "completion_tokens_details": {"reasoning_tokens": 101},
        },
        (10, 0, 0, 100, 100),
    ),
    "a total that explains nothing": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 130,
            "completion_tokens_details": {"reasoning_tokens": 7},
        },
        (100, 0, 0, 20, 7),
    ),
}

ANTHROPIC = {
    "cached": (
        {
            "input_tokens": 10,
            "cache_creation_input_tokens": 50,
            "cache_read_input_tokens": 30,
            "output_tokens": 20,
        },
        (90, 30, 50, 20, 0),
    ),
    "thinking": (
        {"input_tokens": 10, "output_tokens": 500, "output_tokens_details": {"thinking_tokens": 300}},
        (10, 0, 0, 500, 300),
    ),
    "compaction": (
        {
            "input_tokens": 10,
            "output_tokens": 20,
            "iterations": [
                {"type": "message", "input_tokens": 10, "output_tokens": 20},
                {"type": "compaction", "input_tokens": 5, "output_tokens": 6},
            ],
        },
        (15, 0, 0, 26, 0),
    ),
    "iterations with caches": (
        {
            "input_tokens": 10,
            "cache_read_input_tokens": 30,
            "output_tokens": 20,
            "iterations": [
                {"input_tokens": 4, "cache_read_input_tokens": 30, "output_tokens": 12},
                {"input_tokens": 6, "output_tokens": 8},
                {"type": "compaction", "input_tokens": 1, "cache_creation_input_tokens": 9, "output_tokens": 2},
            ],
        },
        (11 + 30 + 9, 30, 9, 22, 0),
    ),
    "one iteration is the message itself": (
        {"input_tokens": 10, "output_tokens": 20, "iterations": [{"input_tokens": 10, "output_tokens": 20}]},
        (10, 0, 0, 20, 0),
    ),
    "iterations of nothing": (
        {"input_tokens": 10, "output_tokens": 20, "iterations": [None, "x", {}, {"input_tokens": -5}]},
        (10, 0, 0, 20, 0),
    ),
    "nulls": (
        {"input_tokens": 10, "cache_creation": None, "cache_read_input_tokens": None, "output_tokens": 20},
        (10, 0, 0, 20, 0),
    ),
}


def counts(usage):
    return (usage.input_total, usage.cached_read, usage.cache_write, usage.output, usage.reasoning)


@pytest.mark.parametrize(("shape", "expected"), OPENAI_CHAT.values(), ids=OPENAI_CHAT.keys())
def test_golden_vectors_of_chat_dialects(shape, expected):
    usage = from_openai_chat(shape)
    assert counts(usage) == expected
    assert usage.input_known
    assert usage.output_known


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (
            {
                "input_tokens": 100,
                "input_tokens_details": {"cached_tokens": 30},
                "output_tokens": 20,
                "output_tokens_details": {"reasoning_tokens": 7},
                "total_tokens": 120,
            },
            (100, 30, 0, 20, 7),
        ),
        (
            {
                "input_tokens": 100,
                "input_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 12},
                "output_tokens": 20,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": 120,
            },
            (100, 30, 12, 20, 0),
        ),
        (
            {
                "input_tokens": 100,
                "output_tokens": 20,
                "output_tokens_details": {"reasoning_tokens": 7},
                "total_tokens": 127,
            },
            (100, 0, 0, 27, 7),
        ),
    ],
    ids=["openai", "cache writes", "reasoning beside the output"],
)
def test_golden_vectors_of_responses(shape, expected):
    assert counts(from_openai_responses(shape)) == expected


@pytest.mark.parametrize(("shape", "expected"), ANTHROPIC.values(), ids=ANTHROPIC.keys())
def test_golden_vectors_of_messages(shape, expected):
    assert counts(from_anthropic(shape)) == expected


def test_cached_tokens_are_part_of_input_once_in_every_dialect():
    """Anthropic's input excludes what was cached, OpenAI's includes it; both end as the same usage."""
    openai = from_openai_chat(
        {
            "prompt_tokens": 90,
            "completion_tokens": 20,
            "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 50},
        }
    )
    anthropic = from_anthropic(
        {"input_tokens": 10, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 50, "output_tokens": 20}
    )
    assert openai == anthropic == Usage(input_total=90, cached_read=30, cache_write=50, output=20)


def test_one_hour_cache_writes_are_told_apart():
    usage = from_anthropic(
        {
            "input_tokens": 10,
            "cache_creation_input_tokens": 50,
            "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 30},
            "output_tokens": 1,
        }
    )
    assert (usage.input_total, usage.cache_write, usage.cache_write_1h) == (60, 50, 30)


def test_cache_writes_told_only_by_lifetime_are_counted():
    usage = from_anthropic(
        {
            "input_tokens": 10,
            "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 30},
            "output_tokens": 1,
        }
    )
    assert (usage.input_total, usage.cache_write, usage.cache_write_1h) == (60, 50, 30)


def test_one_hour_writes_of_iterations_are_counted():
    usage = from_anthropic(
        {
            "input_tokens": 1,
            "output_tokens": 1,
            "iterations": [
                {"input_tokens": 1, "cache_creation": {"ephemeral_1h_input_tokens": 5}, "output_tokens": 1},
                {"input_tokens": 1, "cache_creation": {"ephemeral_1h_input_tokens": 6}, "output_tokens": 1},
            ],
        }
    )
    assert (usage.input_total, usage.cache_write, usage.cache_write_1h, usage.output) == (13, 11, 11, 2)


@pytest.mark.parametrize(
    ("read", "shape"),
    [
        (from_anthropic, {"input_tokens": 1, "output_tokens": 1, "server_tool_use": {"web_search_requests": 3}}),
        (from_openai_chat, {"prompt_tokens": 1, "completion_tokens": 1, "num_search_queries": 3}),
    ],
)
def test_searches_the_provider_ran_are_counted(read, shape):
    assert read(shape).web_searches == 3


@pytest.mark.parametrize(
    ("said", "served"),
    [
        ("default", None), ("standard", None), ("auto", None), ("on_demand", None), (None, None), (3, None), ("", None),
        ("x" * 33, None), ("pri\nority", None), ("priority", "priority"), ("Flex", "flex"), ("batch", "batches"),
        ("batches", "batches"),
    ],
)  # fmt: skip
def test_the_served_tier_has_the_name_its_prices_have(said, served):
    assert served_tier(said) == served


def test_the_served_tier_is_read_beside_or_inside_the_usage():
    shape = {"prompt_tokens": 1, "completion_tokens": 1}
    assert from_openai_chat(shape).service_tier is None
    assert from_openai_chat(shape, service_tier="flex").service_tier == "flex"
    assert from_openai_chat(shape | {"service_tier": "priority"}).service_tier == "priority"
    assert (
        from_openai_responses({"input_tokens": 1, "output_tokens": 1}, service_tier="priority").service_tier
        == "priority"
    )
    assert from_anthropic({"input_tokens": 1, "output_tokens": 1, "service_tier": "batch"}).service_tier == "batches"
    assert from_anthropic({"input_tokens": 1, "output_tokens": 1, "speed": "fast"}).service_tier == "fast"


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("shape", [{}, None, [], "usage", 7, {"total_tokens": 120}, {"usage": {"prompt_tokens": 1}}])
def test_no_usable_count_is_none_and_never_zero(read, shape):
    assert read(shape) is None


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
def test_a_garbage_count_is_a_missing_count(garbage):
    assert from_openai_chat({"prompt_tokens": garbage, "completion_tokens": garbage}) is None
    assert from_openai_responses({"input_tokens": garbage, "output_tokens": garbage}) is None
    assert from_anthropic({"input_tokens": garbage, "output_tokens": garbage}) is None


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
def test_a_side_that_is_garbage_is_marked_unknown(garbage):
    for usage in (
        from_openai_chat({"prompt_tokens": 100, "completion_tokens": garbage}),
        from_openai_responses({"input_tokens": 100, "output_tokens": garbage}),
        from_anthropic({"input_tokens": 100, "output_tokens": garbage}),
    ):
        assert usage == Usage(input_total=100, output_known=False)
    for usage in (
        from_openai_chat({"prompt_tokens": garbage, "completion_tokens": 20}),
        from_openai_responses({"input_tokens": garbage, "output_tokens": 20}),
        from_anthropic({"input_tokens": garbage, "output_tokens": 20}),
    ):
        assert usage == Usage(input_total=0, output=20, input_known=False)


def test_a_missing_side_follows_from_the_total():
    assert from_openai_chat({"completion_tokens": 20, "total_tokens": 120}) == Usage(input_total=100, output=20)
    assert from_openai_chat({"prompt_tokens": 100, "total_tokens": 120}) == Usage(input_total=100, output=20)
    assert from_openai_chat({"prompt_tokens": 100, "total_tokens": 50}) == Usage(input_total=100, output_known=False)


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
def test_garbage_details_do_not_hide_the_totals(garbage):
    chat = {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "total_tokens": garbage,
        "cached_tokens": garbage,
        "reasoning_tokens": garbage,
        "num_search_queries": garbage,
        "service_tier": None if isinstance(garbage, str) else garbage,
        "prompt_tokens_details": {"cached_tokens": garbage, "cache_write_tokens": garbage},
        "completion_tokens_details": garbage,
    }
    assert from_openai_chat(chat) == Usage(input_total=100, output=20)
    message = {
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_input_tokens": garbage,
        "cache_creation_input_tokens": garbage,
        "cache_creation": {"ephemeral_1h_input_tokens": garbage},
        "iterations": garbage,
        "server_tool_use": garbage,
        "speed": garbage,
    }
    assert from_anthropic(message) == Usage(input_total=100, output=20)


def test_the_largest_believable_count_is_believed():
    assert from_openai_chat({"prompt_tokens": COUNT_MAX, "completion_tokens": 2**33}) == Usage(
        input_total=COUNT_MAX, output=2**33
    )


def test_a_part_larger_than_its_whole_is_cut_to_it():
    assert Usage(input_total=10, cached_read=30, cache_write=5, cache_write_1h=9, output=3, reasoning=8) == Usage(
        input_total=10, cached_read=10, output=3, reasoning=3
    )
    assert Usage(input_total=10, cached_read=4, cache_write=30, cache_write_1h=9) == Usage(
        input_total=10, cached_read=4, cache_write=6, cache_write_1h=6
    )
    assert Usage(input_total=-1, cached_read=-1, output=-1, reasoning=-1, web_searches=-1) == Usage(input_total=0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TOP_NAMES = {name for shapes in (OPENAI_CHAT, ANTHROPIC) for shape, _ in shapes.values() for name in shape}
NAMES = st.sampled_from(sorted(TOP_NAMES | {"cache_creation", "server_tool_use", "speed", "service_tier"}))
INNER = st.sampled_from(
    [
        "cached_tokens",
        "cache_write_tokens",
        "reasoning_tokens",
        "thinking_tokens",
        "web_search_requests",
        "ephemeral_5m_input_tokens",
        "ephemeral_1h_input_tokens",
    ]
)
SHAPES = st.dictionaries(
    NAMES,
    JSON
    | st.integers(min_value=0, max_value=200)
    | st.dictionaries(INNER, JSON | st.integers(min_value=0, max_value=200), max_size=4)
    | st.lists(st.dictionaries(NAMES, JSON, max_size=4), max_size=3),
    max_size=8,
)


@pytest.mark.parametrize("read", READERS)
@given(shape=SHAPES)
def test_whatever_a_provider_says_nothing_raises_and_parts_stay_within_their_wholes(read, shape):
    usage = read(shape)
    if usage is not None:
        assert usage.cached_read >= 0
        assert 0 <= usage.cache_write_1h <= usage.cache_write
        assert usage.cached_read + usage.cache_write <= usage.input_total
        assert 0 <= usage.reasoning <= usage.output
        assert usage.web_searches >= 0


@pytest.mark.parametrize("read", READERS)
@given(shape=SHAPES)
def test_a_stream_of_one_frame_says_what_the_whole_answer_says(read, shape):
    stream = UsageStream(read)
    stream.add(shape)
    assert stream.total() == read(shape)


@pytest.mark.parametrize("read", READERS)
@given(shapes=st.lists(SHAPES | JSON, max_size=5))
def test_a_repeated_stream_counts_nothing_twice(read, shapes):
    once, twice = UsageStream(read), UsageStream(read)
    for shape in shapes:
        once.add(shape)
    for shape in shapes + shapes:
        twice.add(shape)
    assert twice.total() == once.total()


def test_a_messages_stream_is_the_last_value_of_each_field_and_never_a_sum():
    stream = UsageStream(from_anthropic)
    assert stream.total() is None
    stream.add(
        {
            "input_tokens": 10,
            "cache_creation_input_tokens": 50,
            "cache_read_input_tokens": 30,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 50},
            "output_tokens": 1,
            "service_tier": "priority",
        }
    )
    assert counts(stream.total()) == (90, 30, 50, 1, 0)
    stream.add(
        {
            "input_tokens": 10,
            "cache_creation_input_tokens": 50,
            "cache_read_input_tokens": 30,
            "output_tokens": 20,
            "output_tokens_details": {"thinking_tokens": 6},
        }
    )
    assert stream.total() == Usage(
        input_total=90,
        cached_read=30,
        cache_write=50,
        cache_write_1h=50,
        output=20,
        reasoning=6,
        service_tier="priority",
    )


def test_a_delta_without_input_keeps_what_the_start_said():
    stream = UsageStream(from_anthropic)
    stream.add({"input_tokens": 10, "output_tokens": 1})
    stream.add({"input_tokens": None, "output_tokens": 20})
    assert stream.total() == Usage(input_total=10, output=20)


def test_a_chat_stream_takes_usage_from_whatever_chunk_has_it():
    """OpenAI: null until the last chunk. Azure: on a chunk with choices. xAI and others: on every chunk, growing."""
    stream = UsageStream(from_openai_chat)
    for usage in (None, {"prompt_tokens": 100, "completion_tokens": 1, "total_tokens": 101}, None):
        stream.add(usage, service_tier="flex")
    stream.add({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}, service_tier=None)
    assert stream.total() == Usage(input_total=100, output=20, service_tier="flex")


def test_garbage_in_a_later_frame_does_not_replace_what_was_usable():
    stream = UsageStream(from_openai_chat)
    stream.add({"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 30}})
    for garbage in GARBAGE:
        stream.add(garbage)
        stream.add(
            {
                "prompt_tokens": garbage,
                "completion_tokens": garbage,
                "service_tier": None if isinstance(garbage, str) else garbage,
                "prompt_tokens_details": {"cached_tokens": garbage},
            }
        )
        stream.add({"prompt_tokens_details": garbage})
    assert stream.total() == Usage(input_total=100, cached_read=30, output=20)


def test_an_endless_stream_of_new_names_is_not_kept():
    stream = UsageStream(from_openai_chat)
    stream.add({"prompt_tokens": 1, "completion_tokens": 2})
    for number in range(10_000):
        stream.add({f"name{number}": number, "prompt_tokens_details": {f"name{number}": number}})
    stream.add({"prompt_tokens": 5})
    assert stream.total() == Usage(input_total=5, output=2)
    assert len(stream._said) <= 64
    assert len(stream._said["prompt_tokens_details"]) <= 64


def test_a_terminal_event_of_a_response_is_the_usage():
    stream = UsageStream(from_openai_responses)
    stream.add(None, service_tier="auto")
    stream.add(
        {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 30},
            "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 7},
            "total_tokens": 120,
        },
        service_tier="priority",
    )
    assert stream.total() == Usage(input_total=100, cached_read=30, output=20, reasoning=7, service_tier="priority")


def test_details_that_are_none_hide_those_that_are():
    """A provider that says both, the first without a count: one that hides the second makes its reasoning free."""
    counts = {"prompt_tokens": 10, "completion_tokens": 5, "output_tokens_details": {"reasoning_tokens": 3}}
    counts["input_tokens_details"] = {"cached_tokens": 4}
    for nothing in (1, "x", [], {"other": 1}, {"reasoning_tokens": None, "cached_tokens": "many"}):
        usage = from_openai_chat({**counts, "completion_tokens_details": nothing, "prompt_tokens_details": nothing})
        assert (usage.reasoning, usage.cached_read) == (3, 4)
