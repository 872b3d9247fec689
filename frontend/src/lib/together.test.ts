import { expect, test } from "vitest";

import { together } from "./together";

function names(most: number) {
  const questions: string[][] = [];
  const named = together(async (keys) => {
    questions.push(keys);
    return Promise.resolve(new Map(keys.filter((key) => key !== "gone").map((key) => [key, key.toUpperCase()])));
  }, most);
  return { questions, named };
}

test("what is wanted in one moment is asked one by one", async () => {
  const { questions, named } = names(10);
  expect(await Promise.all(["a", "b", "a", "gone"].map(named))).toEqual(["A", "B", "A", null]);
  expect(questions).toEqual([["a", "b", "gone"]]);
  expect(await named("a")).toBe("A");
  expect(questions).toHaveLength(2);
});

test("more is asked at once than may be", async () => {
  const { questions, named } = names(2);
  expect(await Promise.all(["a", "b", "c", "d", "e"].map(named))).toEqual(["A", "B", "C", "D", "E"]);
  expect(questions).toEqual([["a", "b"], ["c", "d"], ["e"]]);
});

test("one question that fails is everybody's, and the next is asked anew", async () => {
  let times = 0;
  const named = together(async () => {
    times += 1;
    return times === 1 ? Promise.reject(new Error("away")) : Promise.resolve(new Map([["a", 1]]));
  }, 10);
  expect((await Promise.allSettled(["a", "b"].map(named))).map((each) => each.status)).toEqual(["rejected", "rejected"]);
  expect(await named("a")).toBe(1);
});
