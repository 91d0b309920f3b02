//! Paging of v4 listings: `page` and `per_page` in, `result_info` out.

use serde_json::{Value, json};

use super::refuse;
use crate::input::Input;
use crate::operation::Answer;
use crate::refusal::Refusal;

/// Which part of a listing is wanted.
pub(super) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// Reads `page` and `per_page`.
    pub(super) fn read(
        input: &mut Input,
        default: i64,
        sizes: std::ops::RangeInclusive<i64>,
    ) -> Result<Page, Refusal> {
        let number = input.number("page")?.unwrap_or(1);
        let size = input.number("per_page")?.unwrap_or(default);
        if number < 1 || !sizes.contains(&size) {
            return Err(refuse::parameter(format!(
                "page must be at least 1, and per_page from {} to {}",
                sizes.start(),
                sizes.end()
            )));
        }
        let positive = |n: i64| usize::try_from(n).unwrap_or(1);
        Ok(Page {
            number: positive(number),
            size: positive(size),
        })
    }

    /// The envelope's members for this part of `items`. A page past the end is empty.
    pub(super) fn answer(&self, items: Vec<Value>) -> Answer {
        let total = items.len();
        let from = (self.number - 1).saturating_mul(self.size);
        let items: Vec<Value> = items.into_iter().skip(from).take(self.size).collect();
        Ok(json!({
            "result_info": {
                "page": self.number,
                "per_page": self.size,
                "count": items.len(),
                "total_count": total,
                "total_pages": total.div_ceil(self.size),
            },
            "result": items,
        }))
    }
}

/// Whether a listing is to be turned round.
pub(super) fn descending(input: &mut Input) -> Result<bool, Refusal> {
    match input.text("direction")?.as_deref() {
        None | Some("asc") => Ok(false),
        Some("desc") => Ok(true),
        Some(other) => Err(refuse::parameter(format!(
            "direction must be asc or desc, got {other}"
        ))),
    }
}
