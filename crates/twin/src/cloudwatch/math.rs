//! Metric math: expressions over the results of other queries [CloudWatch User Guide: metric math syntax and functions].
//!
//! Arithmetic, comparisons, AND, OR, and the functions ABS, CEIL, FLOOR, FILL, IF, SUM, AVG, MIN, MAX, METRICS. Others
//! are refused as not implemented.

use std::collections::BTreeMap;

use crate::refusal::Refusal;

/// Values by the start of their period, in milliseconds.
pub(super) type Values = BTreeMap<u64, f64>;

/// An expression, understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Number(f64),
    /// The result of another query.
    Id(String),
    Negative(Box<Node>),
    Binary(&'static str, Box<Node>, Box<Node>),
    Call(&'static str, Vec<Node>),
    List(Vec<Node>),
}

/// What an expression gives.
#[derive(Debug, Clone)]
enum Outcome {
    One(f64),
    Series(Values),
    Many(Vec<Values>),
}

const FUNCTIONS: [&str; 10] = [
    "ABS", "AVG", "CEIL", "FILL", "FLOOR", "IF", "MAX", "METRICS", "MIN", "SUM",
];
/// Functions that AWS has and the twin does not.
const OTHERS: [&str; 26] = [
    "ANOMALY_DETECTION_BAND",
    "DATAPOINT_COUNT",
    "DATE",
    "DAY",
    "DB_PERF_INSIGHTS",
    "DIFF",
    "DIFF_TIME",
    "EPOCH",
    "FIRST",
    "HOUR",
    "INSIGHT_RULE_METRIC",
    "LAMBDA",
    "LAST",
    "LOG",
    "LOG10",
    "METRIC_COUNT",
    "MINUTE",
    "MONTH",
    "PERIOD",
    "RATE",
    "REMOVE_EMPTY",
    "RUNNING_SUM",
    "SEARCH",
    "SERVICE_QUOTA",
    "SLICE",
    "SORT",
];
/// By how tightly they bind, loosest first.
const OPERATORS: [&[&str]; 6] = [
    &["OR", "||"],
    &["AND", "&&"],
    &["==", "!=", "<=", ">=", "<", ">"],
    &["+", "-"],
    &["*", "/"],
    &["^"],
];

/// Reads an expression; the text says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Node, Refusal> {
    if text
        .trim_start()
        .to_ascii_uppercase()
        .starts_with("SELECT ")
    {
        return Err(Refusal::not_implemented("Metrics Insights queries"));
    }
    let wrong = |why: &str| {
        Refusal::new(
            "ValidationError",
            format!("Error in expression '{text}': {why}"),
        )
    };
    let tokens = tokens(text).ok_or_else(|| wrong("Invalid syntax"))?;
    if let Some(other) = tokens.iter().find(|it| OTHERS.contains(&it.as_str())) {
        return Err(Refusal::not_implemented(format_args!(
            "the metric math function {other}"
        )));
    }
    let mut parser = Parser {
        left: &tokens,
        depth: 0,
    };
    let node = parser.level(0).filter(|_| parser.left.is_empty());
    node.ok_or_else(|| wrong("Invalid syntax"))
}

impl Node {
    /// The queries that it speaks of.
    pub(super) fn ids(&self) -> Vec<&str> {
        match self {
            Node::Number(_) => Vec::new(),
            Node::Id(id) => vec![id],
            Node::Negative(node) => node.ids(),
            Node::Binary(_, a, b) => [a.ids(), b.ids()].concat(),
            Node::Call(_, nodes) | Node::List(nodes) => nodes.iter().flat_map(Node::ids).collect(),
        }
    }

    /// Whether it speaks of all metrics there are.
    pub(super) fn is_of_all(&self) -> bool {
        match self {
            Node::Call("METRICS", _) => true,
            Node::Negative(node) => node.is_of_all(),
            Node::Binary(_, a, b) => a.is_of_all() || b.is_of_all(),
            Node::Call(_, nodes) | Node::List(nodes) => nodes.iter().any(Node::is_of_all),
            Node::Number(_) | Node::Id(_) => false,
        }
    }

    /// Its values: `found` has those of the other queries, `all` those of the metrics, `grid` the periods asked for.
    pub(super) fn values(
        &self,
        found: &BTreeMap<String, Values>,
        all: &[Values],
        grid: &[u64],
    ) -> Values {
        match self.outcome(found, all, grid) {
            Outcome::One(number) => grid.iter().map(|at| (*at, number)).collect(),
            Outcome::Series(values) => values,
            Outcome::Many(list) => list.into_iter().next().unwrap_or_default(),
        }
    }

    fn outcome(&self, found: &BTreeMap<String, Values>, all: &[Values], grid: &[u64]) -> Outcome {
        let of = |node: &Node| node.outcome(found, all, grid);
        match self {
            Node::Number(number) => Outcome::One(*number),
            Node::Id(id) => Outcome::Series(found.get(id).cloned().unwrap_or_default()),
            Node::Negative(node) => of(node).each(|number| -number),
            Node::Binary(operator, a, b) => {
                let calculate = |a: f64, b: f64| calculate(operator, a, b);
                join(of(a), of(b), calculate)
            }
            Node::List(nodes) => Outcome::Many(nodes.iter().flat_map(|it| of(it).many()).collect()),
            Node::Call(name, nodes) => match (*name, nodes.as_slice()) {
                ("METRICS", _) => Outcome::Many(all.to_vec()),
                ("ABS", [node]) => of(node).each(f64::abs),
                ("CEIL", [node]) => of(node).each(f64::ceil),
                ("FLOOR", [node]) => of(node).each(f64::floor),
                ("FILL", [node, with]) => fill(of(node), with, &of(with), grid),
                ("IF", [condition, then, otherwise]) => {
                    choose(&of(condition), &of(then), &of(otherwise), grid)
                }
                (name, [node]) => aggregate(name, of(node)),
                _ => Outcome::Many(Vec::new()),
            },
        }
    }
}

impl Outcome {
    fn each(self, change: fn(f64) -> f64) -> Outcome {
        let all = |values: Values| {
            values
                .into_iter()
                .map(|(at, it)| (at, change(it)))
                .collect()
        };
        match self {
            Outcome::One(number) => Outcome::One(change(number)),
            Outcome::Series(values) => Outcome::Series(all(values)),
            Outcome::Many(list) => Outcome::Many(list.into_iter().map(all).collect()),
        }
    }

    fn many(self) -> Vec<Values> {
        match self {
            Outcome::One(_) => Vec::new(),
            Outcome::Series(values) => vec![values],
            Outcome::Many(list) => list,
        }
    }

    fn at(&self, at: u64) -> Option<f64> {
        match self {
            Outcome::One(number) => Some(*number),
            Outcome::Series(values) => values.get(&at).copied(),
            Outcome::Many(_) => None,
        }
    }
}

/// Where one side has no value there is none; nor where the result is no number.
fn join(a: Outcome, b: Outcome, calculate: impl Fn(f64, f64) -> f64) -> Outcome {
    match (a, b) {
        (Outcome::One(a), Outcome::One(b)) => Outcome::One(calculate(a, b)),
        (Outcome::Series(values), other) => Outcome::Series(
            values
                .into_iter()
                .filter_map(|(at, a)| Some((at, calculate(a, other.at(at)?))))
                .filter(|(_, it)| it.is_finite())
                .collect(),
        ),
        (other, Outcome::Series(values)) => Outcome::Series(
            values
                .into_iter()
                .filter_map(|(at, b)| Some((at, calculate(other.at(at)?, b))))
                .filter(|(_, it)| it.is_finite())
                .collect(),
        ),
        _ => Outcome::Many(Vec::new()),
    }
}

fn calculate(operator: &str, a: f64, b: f64) -> f64 {
    let flag = |it: bool| f64::from(u8::from(it));
    match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "^" => a.powf(b),
        "==" => flag(a == b),
        "!=" => flag(a != b),
        "<" => flag(a < b),
        ">" => flag(a > b),
        "<=" => flag(a <= b),
        ">=" => flag(a >= b),
        "AND" | "&&" => flag(a != 0.0 && b != 0.0),
        _ => flag(a != 0.0 || b != 0.0),
    }
}

/// Of a list, period by period; of one series, over all of it.
fn aggregate(name: &str, of: Outcome) -> Outcome {
    let put_together = |numbers: &[f64]| match name {
        "SUM" => numbers.iter().sum(),
        "AVG" => numbers.iter().sum::<f64>() / numbers.len() as f64,
        "MIN" => numbers.iter().copied().fold(f64::MAX, f64::min),
        _ => numbers.iter().copied().fold(f64::MIN, f64::max),
    };
    match of {
        Outcome::One(number) => Outcome::One(number),
        Outcome::Series(values) if values.is_empty() => Outcome::Series(values),
        Outcome::Series(values) => {
            Outcome::One(put_together(&values.into_values().collect::<Vec<_>>()))
        }
        Outcome::Many(list) => {
            let mut periods: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
            for (at, number) in list.into_iter().flatten() {
                periods.entry(at).or_default().push(number);
            }
            let values = periods.into_iter().map(|(at, it)| (at, put_together(&it)));
            Outcome::Series(values.collect())
        }
    }
}

fn fill(of: Outcome, how: &Node, with: &Outcome, grid: &[u64]) -> Outcome {
    let Outcome::Series(mut values) = of else {
        return of;
    };
    let mut last = None;
    for at in grid {
        match values.get(at) {
            Some(value) => last = Some(*value),
            None => {
                let repeated = *how == Node::Call("REPEAT", Vec::new());
                let value = if repeated { last } else { with.at(*at) };
                values.extend(value.map(|value| (*at, value)));
            }
        }
    }
    Outcome::Series(values)
}

fn choose(condition: &Outcome, then: &Outcome, otherwise: &Outcome, grid: &[u64]) -> Outcome {
    let chosen = grid.iter().filter_map(|at| {
        let chosen = if condition.at(*at)? != 0.0 {
            then
        } else {
            otherwise
        };
        Some((*at, chosen.at(*at)?))
    });
    Outcome::Series(chosen.collect())
}

fn tokens(text: &str) -> Option<Vec<String>> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        let run = |fits: fn(char) -> bool| letters[at..].iter().take_while(|it| fits(**it)).count();
        let length = match letter {
            _ if letter.is_whitespace() => {
                at += 1;
                continue;
            }
            _ if letter.is_ascii_digit() || letter == '.' => {
                run(|it| it.is_ascii_digit() || it == '.')
            }
            _ if letter.is_ascii_alphabetic() => run(|it| it.is_ascii_alphanumeric() || it == '_'),
            '"' | '\'' => 2 + letters[at + 1..].iter().position(|it| *it == letter)?,
            '(' | ')' | '[' | ']' | ',' | '+' | '-' | '*' | '/' | '^' => 1,
            '=' | '!' | '<' | '>' if letters.get(at + 1) == Some(&'=') => 2,
            '<' | '>' => 1,
            '&' | '|' if letters.get(at + 1) == Some(&letter) => 2,
            _ => return None,
        };
        tokens.push(letters[at..at + length].iter().collect());
        at += length;
    }
    Some(tokens)
}

/// Nested deeper than this is nobody's expression.
const DEPTH: usize = 64;

struct Parser<'a> {
    left: &'a [String],
    depth: usize,
}

impl Parser<'_> {
    fn level(&mut self, level: usize) -> Option<Node> {
        let Some(operators) = OPERATORS.get(level) else {
            return self.unary();
        };
        let mut node = self.level(level + 1)?;
        while let Some(operator) = self
            .left
            .first()
            .and_then(|next| operators.iter().find(|it| *it == next))
        {
            self.left = &self.left[1..];
            let right = self.level(level + 1)?;
            node = Node::Binary(operator, Box::new(node), Box::new(right));
        }
        Some(node)
    }

    fn unary(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let (first, rest) = self.left.split_first()?;
        self.left = rest;
        let node = match first.as_str() {
            "-" => Node::Negative(Box::new(self.unary()?)),
            "(" => {
                let node = self.level(0)?;
                self.expect(")")?;
                node
            }
            "[" => Node::List(self.list("]")?),
            "REPEAT" => Node::Call("REPEAT", Vec::new()),
            word if self.left.first().is_some_and(|it| it == "(") => {
                let name = FUNCTIONS.iter().find(|it| **it == word)?;
                self.left = &self.left[1..];
                let nodes = self.list(")")?;
                let fits = match *name {
                    "METRICS" => nodes.is_empty(),
                    "FILL" => nodes.len() == 2,
                    "IF" => nodes.len() == 3,
                    _ => nodes.len() == 1,
                };
                fits.then_some(Node::Call(name, nodes))?
            }
            word if word.starts_with(|it: char| it.is_ascii_lowercase()) => {
                Node::Id(word.to_owned())
            }
            word => Node::Number(word.parse().ok()?),
        };
        self.depth -= 1;
        Some(node)
    }

    fn list(&mut self, end: &str) -> Option<Vec<Node>> {
        let mut nodes = Vec::new();
        if self.left.first()? == end {
            self.left = &self.left[1..];
            return Some(nodes);
        }
        loop {
            nodes.push(self.level(0)?);
            let (next, rest) = self.left.split_first()?;
            self.left = rest;
            match next.as_str() {
                "," => {}
                next if next == end => return Some(nodes),
                _ => return None,
            }
        }
    }

    fn expect(&mut self, wanted: &str) -> Option<()> {
        let (next, rest) = self.left.split_first()?;
        self.left = rest;
        (next == wanted).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Option<Vec<f64>> {
        let found = BTreeMap::from([
            ("m1".to_owned(), Values::from([(0, 10.0), (60, 20.0)])),
            ("m2".to_owned(), Values::from([(0, 4.0), (60, 0.0)])),
            ("m3".to_owned(), Values::from([(60, 3.0)])),
        ]);
        let all: Vec<Values> = found.values().cloned().collect();
        let node = parse(text).ok()?;
        Some(node.values(&found, &all, &[0, 60]).into_values().collect())
    }

    #[test]
    fn expressions() {
        for (text, expected) in [
            ("m1", vec![10.0, 20.0]),
            ("m1 + 2 * 3", vec![16.0, 26.0]),
            ("(m1 + 2) * 3", vec![36.0, 66.0]),
            ("-m1 + 2 ^ 3", vec![-2.0, -12.0]),
            ("m1 / m2", vec![2.5]),
            ("m1 - m3", vec![17.0]),
            ("m1 > 15", vec![0.0, 1.0]),
            ("m1 > 5 AND m2 > 0", vec![1.0, 0.0]),
            ("IF(m2 == 0, m1, m1 / m2)", vec![2.5, 20.0]),
            ("FILL(m3, 0)", vec![0.0, 3.0]),
            ("SUM([m1, m2])", vec![14.0, 20.0]),
            ("SUM(METRICS())", vec![14.0, 23.0]),
            ("MAX([m1, m3])", vec![10.0, 20.0]),
            ("m1 - AVG(m1)", vec![-5.0, 5.0]),
            ("CEIL(m1 / 7)", vec![2.0, 3.0]),
            ("7", vec![7.0, 7.0]),
        ] {
            assert_eq!(values(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_expression() {
        for text in [
            "", "m1 +", "(m1", "m1 m2", "FLY(m1)", "m1 & m2", "1.2.3", "IF(m1)", "M1", "'a",
        ] {
            assert_eq!(values(text), None, "{text}");
        }
        let unknown = parse("SEARCH('x', 'Sum')").map_err(|it| it.status);
        assert_eq!(unknown, Err(501));
    }
}
