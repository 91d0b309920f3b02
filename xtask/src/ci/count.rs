//! How many tests passed, read from what test programs print.

use super::Verdict;

/// What `cargo test` says of each test program: `test result: ok. 12 passed; 0 failed; …`. A run
/// that failed and names no failed test did not compile, or a test program died.
pub(crate) fn cargo(lines: &[String], ok: bool) -> Verdict {
    let results = lines
        .iter()
        .filter_map(|line| line.trim_start().strip_prefix("test result: "));
    let (mut passed, mut failed) = (0, 0);
    for result in results {
        passed += number_before(result, " passed");
        failed += number_before(result, " failed");
    }
    if !ok && failed == 0 {
        failed = 1;
    }
    Verdict::Tests {
        passed,
        failed,
        skipped: Vec::new(),
    }
}

/// What `pytest -q -rs` says in the end: `1 failed, 12 passed, 2 skipped in 3.21s`, and before it
/// one line for each reason to skip.
pub(crate) fn pytest(lines: &[String], ok: bool) -> Verdict {
    let last = lines
        .iter()
        .rev()
        .find(|line| line.contains(" in ") && is_count(line));
    let (mut passed, mut failed) = (0, 0);
    if let Some(line) = last {
        passed = number_before(line, " passed");
        failed = number_before(line, " failed") + number_before(line, " error");
    }
    if !ok && failed == 0 {
        failed = 1;
    }
    let mut skipped = Vec::new();
    for reason in lines
        .iter()
        .filter_map(|line| line.strip_prefix("SKIPPED ["))
    {
        let Some((times, reason)) = reason.split_once("] ") else {
            continue;
        };
        skipped.extend(std::iter::repeat_n(
            reason.to_string(),
            times.parse().unwrap_or(1),
        ));
    }
    Verdict::Tests {
        passed,
        failed,
        skipped,
    }
}

fn is_count(line: &str) -> bool {
    [" passed", " failed", " error", " skipped"]
        .iter()
        .any(|word| number_before(line, word) > 0)
}

/// The number that stands before the word; 0 if the word is not there.
fn number_before(line: &str, word: &str) -> usize {
    let Some((before, _)) = line.split_once(word) else {
        return 0;
    };
    let digits = before
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or("");
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        count: fn(&[String], bool) -> Verdict,
        output: &str,
        ok: bool,
        expect: (usize, usize, usize),
    ) {
        let lines: Vec<String> = output.lines().map(str::to_string).collect();
        match count(&lines, ok) {
            Verdict::Tests {
                passed,
                failed,
                skipped,
            } => {
                assert_eq!((passed, failed, skipped.len()), expect, "{output}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn results_of_all_test_programs_are_summed() {
        let two = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                   test result: FAILED. 3 passed; 2 failed; 0 ignored";
        check(cargo, two, false, (15, 2, 0));
        check(cargo, "", true, (0, 0, 0));
        check(
            cargo,
            "error: could not compile `ashore-twin`",
            false,
            (0, 1, 0),
        );
        // One program passed, the next one died without a word.
        check(
            cargo,
            "test result: ok. 12 passed; 0 failed",
            false,
            (12, 1, 0),
        );
    }

    #[test]
    fn the_last_line_of_pytest_is_read() {
        check(pytest, "....\n12 passed in 3.21s", true, (12, 0, 0));
        check(
            pytest,
            "====== 1 failed, 12 passed, 1 error in 3.21s ======",
            false,
            (12, 2, 0),
        );
        check(
            pytest,
            "12 passed in a test's own words\n1 passed in 0.1s",
            true,
            (1, 0, 0),
        );
        check(
            pytest,
            "ImportError while loading conftest",
            false,
            (0, 1, 0),
        );
        check(
            pytest,
            "5 failed, 1 passed in 63.21s (0:01:03)",
            false,
            (1, 5, 0),
        );
    }

    #[test]
    fn every_skipped_test_counts_with_its_reason() {
        let output = "SKIPPED [2] terraform.py:30: no terraform\nSKIPPED [1] a.py:1: no schema\n\
                      9 passed, 3 skipped in 1.00s";
        check(pytest, output, true, (9, 0, 3));
    }
}
