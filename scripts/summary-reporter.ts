import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with every test that was skipped and why, and with the one line that scripts read. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    const skipped: string[] = [];
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      // A file that cannot even be loaded has no tests to fail.
      if (tests.length === 0 && module.state() === 'failed') counts.failed += 1;
      for (const test of tests) {
        const result = test.result();
        if (result.state === 'passed' || result.state === 'failed') counts[result.state] += 1;
        else {
          counts.skipped += 1;
          skipped.push(`${test.fullName}${result.state === 'skipped' && result.note ? `: ${result.note}` : ''}`);
        }
      }
    }
    if (skipped.length > 0) {
      console.log(`\nNOT RUN, ${skipped.length} tests:`);
      for (const name of skipped) console.log(`  SKIPPED ${name}`);
    }
    const tail = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    console.log(`\n${counts.passed} passed, ${counts.failed} failed${tail}`);
  }
}
