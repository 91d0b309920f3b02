//! `docs/reference/seeds.md` has every row of the seeds, and every test that it names is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How many mistakes the first seed has, and how many features each of them.
const MISTAKES: u32 = 55;
const FEATURES: [u32; 5] = [46, 22, 17, 29, 19];

struct Row {
    id: String,
    outcome: String,
    /// What stands before the tests.
    why: String,
    /// `file::test`, below `crates/`.
    tests: Vec<String>,
}

#[test]
fn every_row_stands_there_once() {
    let features = |seed: usize| (1..=FEATURES[seed]).map(move |n| format!("S{seed}-{n}"));
    let mistakes = (1..=MISTAKES).map(|n| format!("B{n}"));
    let expected: Vec<String> = features(0)
        .chain(mistakes)
        .chain((1..FEATURES.len()).flat_map(features))
        .collect();
    let there: Vec<String> = rows().into_iter().map(|row| row.id).collect();
    assert_eq!(there, expected);
}

#[test]
fn every_row_has_an_outcome_and_what_is_left_out_has_a_reason() {
    let mut wrong = Vec::new();
    for row in rows() {
        let fine = match (row.id.starts_with('B'), row.outcome.as_str()) {
            (false, "works") | (true, "test") => !row.tests.is_empty(),
            (false, "superseded" | "waits") | (true, "excluded") => !row.why.is_empty(),
            _ => false,
        };
        if !fine {
            wrong.push(format!("{}: {}", row.id, row.outcome));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_test_that_is_named_is_there() {
    let mut wrong = Vec::new();
    for row in rows() {
        for named in &row.tests {
            if above(named).is_none() {
                wrong.push(format!("{}: {named}", row.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Both ways: who reads the test finds the mistake, and who reads the page the test.
#[test]
fn a_mistake_and_its_tests_name_each_other() {
    let mut numbers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mistakes = rows().into_iter().filter(|row| row.id.starts_with('B'));
    for row in mistakes {
        for named in row.tests {
            numbers.entry(named).or_default().push(row.id.clone());
        }
    }
    let mut wrong = Vec::new();
    for (named, expected) in numbers {
        let said = above(&named).unwrap_or_default();
        let words = said.split(|c: char| !c.is_ascii_alphanumeric());
        let said: Vec<&str> = words.filter(|word| is_number(word)).collect();
        if said != expected {
            wrong.push(format!("{named} says {said:?}, the page {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A mistake's number: `B` and digits.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('B').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a test says of itself: the comment above it, or its docstring. None if it is no test.
fn above(named: &str) -> Option<String> {
    let (file, name) = named.split_once("::")?;
    let text = fs::read_to_string(root().join("crates").join(file)).ok()?;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    if file.ends_with(".py") {
        let start = format!("def {name}(");
        let at = lines.iter().position(|line| line.starts_with(&start))?;
        let first = lines.get(at + 1)?;
        let said = first.strip_prefix("\"\"\"").unwrap_or_default();
        return Some(said.to_string());
    }
    let at = lines
        .iter()
        .position(|line| line.contains(&format!("fn {name}(")))?;
    let head = lines[..at]
        .iter()
        .rev()
        .take_while(|line| line.starts_with("#[") || line.starts_with("///"));
    let head: Vec<&str> = head.copied().collect();
    let is_test = head
        .iter()
        .any(|line| line.starts_with("#[test]") || line.contains("::test"));
    let said = head.into_iter().filter(|line| line.starts_with("///"));
    is_test.then(|| said.collect())
}

fn rows() -> Vec<Row> {
    let page = root().join("docs/reference/seeds.md");
    let text = fs::read_to_string(page).expect("the page is in the checkout");
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| S") || line.starts_with("| B"));
    rows.map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [id, _, outcome, how] = cells[..] else {
        panic!("four cells, please: {line}")
    };
    let names_a_test = |part: &&str| part.starts_with('`') && part.contains("::");
    let (tests, why): (Vec<&str>, Vec<&str>) = how.split("<br>").partition(names_a_test);
    Row {
        id: id.to_string(),
        outcome: outcome.to_string(),
        why: why.concat(),
        tests: tests
            .iter()
            .map(|test| test.trim_matches('`').to_string())
            .collect(),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
