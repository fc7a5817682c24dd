//! Did-you-mean: the known name nearest to what was typed.

/// The number of insertions, deletions, replacements and swaps of neighbors that turn `a` into `b`
/// (Damerau and Levenshtein, restricted form), ignoring ASCII case at half the cost of a replacement.
pub fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let cost = |x: char, y: char| {
        if x == y {
            0
        } else if x.eq_ignore_ascii_case(&y) {
            1
        } else {
            2
        }
    };
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = 2 * i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = 2 * j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let mut best =
                (rows[i - 1][j] + 2).min(rows[i][j - 1] + 2).min(rows[i - 1][j - 1] + cost(a[i - 1], b[j - 1]));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 2);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()].div_ceil(2)
}

/// The nearest of `known` to `typed`, if it is near enough to be worth saying: at most a third of the
/// letters differ, or one is the beginning of the other. British spellings find their American names.
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if typed.is_empty() || typed.len() > 200 {
        return None;
    }
    let limit = (typed.chars().count().max(3)) / 3;
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= 200)
        .map(|candidate| {
            let begins = typed.len() >= 3
                && (candidate.starts_with(typed) || (candidate.len() >= 3 && typed.starts_with(candidate)));
            let far = distance(typed, candidate);
            // A letter too many or too few is likelier than a wrong one: `mmg` is `mg` and not `mcg`.
            let wrong = !holds(typed, candidate) && !holds(candidate, typed);
            (if begins { far.min(limit) } else { far }, wrong, candidate)
        })
        .filter(|(far, _, candidate)| *far <= limit && *candidate != typed)
        // One letter in place of another is no resemblance, unless it is the same letter in the other case.
        .filter(|(_, _, candidate)| typed.chars().count() > 1 || candidate.eq_ignore_ascii_case(typed))
        .min()
        .map(|(_, _, candidate)| candidate)
}

/// Whether all letters of `part` stand in `whole` in their order.
fn holds(whole: &str, part: &str) -> bool {
    let mut letters = whole.chars();
    part.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = ["occupancy_interneuron", "glutamate", "subanesthetic", "CL"];
        assert_eq!(did_you_mean("mmg", ["mcg", "mg", "kg"]), Some("mg"));
        assert_eq!(did_you_mean("glutamat", known), Some("glutamate"));
        assert_eq!(did_you_mean("subanaesthetic", known), Some("subanesthetic"));
        assert_eq!(did_you_mean("occupancy", known), Some("occupancy_interneuron"));
        assert_eq!(did_you_mean("cl", known), Some("CL"));
        assert_eq!(did_you_mean("banana", known), None);
        assert_eq!(did_you_mean("x", ["k", "X"]), Some("X"));
        assert_eq!(did_you_mean("x", ["k"]), None);
        assert_eq!(distance("abcd", "abdc"), 1);
    }
}
