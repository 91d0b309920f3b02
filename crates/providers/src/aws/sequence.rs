//! Lists that are sets to AWS.
//!
//! Their order is the spec's. What is observed is brought into that order, so that a plan shows no
//! difference where there is none and an undo knows what we wrote.

/// What is observed, in the order in which `by` has it; the rest behind, as it was.
pub fn in_order_of<'a, T: 'a>(
    mut observed: Vec<T>,
    by: impl Iterator<Item = &'a T> + Clone,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<T> {
    let place = |one: &T| by.clone().position(|wanted| same(wanted, one));
    observed.sort_by_cached_key(|one| place(one).unwrap_or(usize::MAX));
    observed
}

#[cfg(test)]
mod tests {
    use super::in_order_of;

    #[test]
    fn what_the_specs_name_comes_first_and_in_their_order() {
        let specs = [vec!['c', 'a'], vec!['b']];
        let sorted = in_order_of(
            vec!['x', 'a', 'b', 'c', 'w'],
            specs.iter().flatten(),
            |a, b| a == b,
        );
        assert_eq!(sorted, ['c', 'a', 'b', 'x', 'w']);
    }
}
