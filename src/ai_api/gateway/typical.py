"""What most answers under an allocation stay below, as far as this replica has seen: what to hold at first."""

from __future__ import annotations

from collections import OrderedDict, deque
from uuid import UUID

ALLOCATIONS_MAX = 20_000
ANSWERS_MAX = 100
OUTPUT_TOKENS_MIN = 1_000
PERCENTILE = 0.95


class TypicalOutput:
    """The last answers of each allocation, least recently used first out. Nothing of it outlives the process."""

    def __init__(self) -> None:
        self._answers: OrderedDict[UUID, deque[int]] = OrderedDict()

    def note(self, allocation_id: UUID, output_tokens: int) -> None:
        """An answer has ended, with so much output."""
        answers = self._answers.get(allocation_id)
        if answers is None:
            answers = self._answers[allocation_id] = deque(maxlen=ANSWERS_MAX)
            if len(self._answers) > ALLOCATIONS_MAX:
                self._answers.popitem(last=False)
        else:
            self._answers.move_to_end(allocation_id)
        answers.append(output_tokens)

    def of(self, allocation_id: UUID) -> int:
        """The 95th percentile of the last answers, at least 1,000 tokens; that much where nothing is known."""
        answers = self._answers.get(allocation_id)
        if not answers:
            return OUTPUT_TOKENS_MIN
        ordered = sorted(answers)
        return max(OUTPUT_TOKENS_MIN, ordered[min(len(ordered) - 1, int(len(ordered) * PERCENTILE))])
