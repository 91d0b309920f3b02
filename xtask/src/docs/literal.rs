//! String literals of Rust, read from source text.

/// The text of the literal that begins at the start of `source`, and what stands behind it.
pub(crate) fn string(source: &str) -> Option<(String, &str)> {
    let mut rest = source.strip_prefix('"')?;
    let mut text = String::new();
    loop {
        let at = rest.find(['"', '\\'])?;
        text.push_str(&rest[..at]);
        let escape = rest[at..].starts_with('\\');
        rest = &rest[at + 1..];
        if !escape {
            return Some((text, rest));
        }
        let escaped = rest.chars().next()?;
        rest = &rest[escaped.len_utf8()..];
        match escaped {
            '\n' => rest = rest.trim_start(), // a line that goes on below
            'n' => text.push('\n'),
            other => text.push(other), // quote, backslash
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_continued_lines_are_read_as_rust_reads_them() {
        let text = |source| string(source).map(|(text, rest)| (text, rest.to_string()));
        assert_eq!(text(r#""a" b"#), Some(("a".into(), " b".into())));
        assert_eq!(
            text("\"one \\\n     line\";"),
            Some(("one line".into(), ";".into()))
        );
        assert_eq!(
            text(r#""say \"yes\" \\ no""#),
            Some((r#"say "yes" \ no"#.into(), String::new()))
        );
        assert_eq!(text("\"open"), None);
        assert_eq!(text("none"), None);
    }
}
