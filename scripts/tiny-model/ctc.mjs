/** Connectionist temporal classification: the loss of `labels`, and its slope by the logits. Token 0 is the blank. */
export function ctc(logits, steps, labels) {
  const size = logits.length / steps;
  const likelihoods = logSoftmax(logits, steps, size);
  const states = [0, ...labels.flatMap((label) => [label, 0])];
  const at = (step, state) => likelihoods[step * size + states[state]];
  const forwards = sweep(steps, states, (step, state) => at(step, state));
  // The same from behind, on the states turned round.
  const last = states.length - 1;
  const backwards = sweep(steps, states.toReversed(), (step, state) => at(steps - 1 - step, last - state));
  const total = logAdd(forwards(steps - 1, last), forwards(steps - 1, last - 1));
  const slope = likelihoods.map(Math.exp);
  for (let step = 0; step < steps; step += 1) {
    for (const [state, label] of states.entries()) {
      const through = forwards(step, state) + backwards(steps - 1 - step, last - state) - at(step, state);
      slope[step * size + label] -= Math.exp(through - total);
    }
  }
  return { loss: -total, slope };
}

/** The log-probability of all paths from the beginning to (step, state), that one included. */
function sweep(steps, states, likelihood) {
  const count = states.length;
  const paths = new Float64Array(steps * count).fill(Number.NEGATIVE_INFINITY);
  paths[0] = likelihood(0, 0);
  if (count > 1) paths[1] = likelihood(0, 1);
  for (let step = 1; step < steps; step += 1) {
    for (let state = 0; state < count; state += 1) {
      const from = (step - 1) * count + state;
      let sum = paths[from];
      if (state > 0) sum = logAdd(sum, paths[from - 1]);
      if (state > 1 && states[state] !== 0 && states[state] !== states[state - 2]) sum = logAdd(sum, paths[from - 2]);
      paths[step * count + state] = sum + likelihood(step, state);
    }
  }
  return (step, state) => paths[step * count + state];
}

function logSoftmax(logits, steps, size) {
  const result = new Float64Array(logits.length);
  for (let step = 0; step < steps; step += 1) {
    const row = logits.subarray(step * size, (step + 1) * size);
    const most = Math.max(...row);
    const sum = Math.log(row.reduce((total, value) => total + Math.exp(value - most), 0)) + most;
    for (let index = 0; index < size; index += 1) result[step * size + index] = row[index] - sum;
  }
  return result;
}

function logAdd(one, other) {
  const most = Math.max(one, other);
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log(Math.exp(one - most) + Math.exp(other - most));
}

/** What is most likely at each step, without blanks and repetitions. */
export function greedy(logits, steps) {
  const size = logits.length / steps;
  const found = [];
  let before = 0;
  for (let step = 0; step < steps; step += 1) {
    const row = logits.subarray(step * size, (step + 1) * size);
    const best = row.indexOf(Math.max(...row));
    if (best !== 0 && best !== before) found.push(best);
    before = best;
  }
  return found;
}
