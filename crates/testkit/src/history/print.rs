//! A history as the Rust that makes it.

use std::fmt::{self, Debug, Formatter};

use super::{Act, History, Wish};
use crate::fault::{How, Meddling};
use crate::manifest::Piece;
use crate::shape::Shape;

impl Debug for History {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "#[test]\nfn name_the_claim() {{")?;
        write!(f, "    history({})", self.seed)?;
        for (shape, name) in &self.foreign {
            write!(f, "\n        .foreign({}, {name:?})", constant(shape))?;
        }
        for act in &self.acts {
            print_act(f, act)?;
        }
        writeln!(f, "\n        .holds();\n}}")
    }
}

fn print_act(f: &mut Formatter<'_>, act: &Act) -> fmt::Result {
    match &act.wish {
        Wish::Down => write!(f, "\n        .down()")?,
        Wish::Undo => write!(f, "\n        .undo()")?,
        Wish::Up(pieces) => {
            write!(f, "\n        .up([")?;
            for piece in pieces {
                write!(f, "\n            ")?;
                print_piece(f, piece)?;
                write!(f, ",")?;
            }
            write!(f, "\n        ])")?;
        }
    }
    for fault in &act.faults {
        let how = how(fault.how);
        write!(f, "\n        .fault({}, {}, {how})", fault.at, fault.times)?;
    }
    for fault in &act.read_faults {
        let how = how(fault.how);
        write!(
            f,
            "\n        .read_fault({}, {}, {how})",
            fault.at, fault.times
        )?;
    }
    for tamper in &act.tampers {
        let what = match tamper.what {
            Meddling::Resizes(size) => format!("Meddling::Resizes({size})"),
            Meddling::Tags => "Meddling::Tags".into(),
            Meddling::Deletes => "Meddling::Deletes".into(),
        };
        write!(
            f,
            "\n        .tamper({}, {:?}, {what})",
            tamper.at, tamper.name
        )?;
    }
    if act.keep {
        write!(f, "\n        .keep()")?;
    }
    if let Some(crash) = act.crash {
        write!(f, "\n        .crash({}, {})", crash.at, crash.torn)?;
    }
    Ok(())
}

fn print_piece(f: &mut Formatter<'_>, piece: &Piece) -> fmt::Result {
    write!(
        f,
        "Piece::new({}, {:?})",
        constant(&piece.shape),
        piece.name
    )?;
    if let Some(called) = piece.called {
        write!(f, ".called({called:?})")?;
    }
    if piece.size != 1 {
        write!(f, ".size({})", piece.size)?;
    }
    if piece.form != 0 {
        write!(f, ".form({})", piece.form)?;
    }
    if let Some(tag) = piece.tag {
        write!(f, ".tag({tag})")?;
    }
    for (verb, names) in [
        ("uses", &piece.uses),
        ("calls", &piece.calls),
        ("after", &piece.after),
    ] {
        if !names.is_empty() {
            write!(f, ".{verb}({names:?})")?;
        }
    }
    Ok(())
}

fn constant(shape: &Shape) -> String {
    let noun = shape.name.rsplit('.').next().unwrap_or(shape.name);
    format!("shape::{}", noun.to_uppercase())
}

fn how(how: How) -> String {
    match how {
        How::Refused(class) => format!("How::Refused(Class::{class:?})"),
        other => format!("How::{other:?}"),
    }
}
