const longMs = 50;

/**
 * What kept the page's main thread busy while `act` ran: tasks of more than 50 ms by the clock, as browsers report them, and
 * by the processor's time, which a busy machine does not make longer. Times are milliseconds.
 */
export async function watchMainThread(browser, page, act) {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const main = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const threads = new Set(main.map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(({ name, pid, tid }) => name.endsWith('RunTask') && threads.has(`${pid} ${tid}`));
  const of = (member) => {
    const times = tasks.map((task) => (task[member] ?? 0) / 1000);
    return {
      long: times.filter((time) => time > longMs).length,
      longest: times.reduce((longest, time) => Math.max(longest, time), 0),
      sum: times.reduce((sum, time) => sum + time, 0),
    };
  };
  return { clock: of('dur'), processor: of('tdur') };
}
