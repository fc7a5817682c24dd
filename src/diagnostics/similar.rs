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

/// Letters that two names must share in one piece to be taken for relatives.
const SHARED: usize = 4;

/// The nearest of `known` to `typed`, if it is near enough to be worth saying: the same letters in another case; else a
/// third of the letters differ at most, or one is the beginning of the other; else one holds the other. British
/// spellings find their American names.
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if typed.is_empty() || typed.len() > 200 {
        return None;
    }
    // What begins with a digit is no name, though a list of what may follow can hold it.
    let digit = |text: &str| text.starts_with(|letter: char| letter.is_ascii_digit());
    let known: Vec<&str> = known
        .into_iter()
        .filter(|candidate| candidate.len() <= 200 && *candidate != typed && (digit(typed) || !digit(candidate)))
        .collect();
    let same = known.iter().filter(|candidate| candidate.eq_ignore_ascii_case(typed));
    same.min().copied().or_else(|| nearest(typed, &known)).or_else(|| relative(typed, &known))
}

fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    // One letter in place of another is no resemblance.
    if typed.chars().count() <= 1 {
        return None;
    }
    let limit = (typed.chars().count().max(3)) / 3;
    known
        .iter()
        .map(|candidate| {
            let begins = typed.len() >= 3
                && (candidate.starts_with(typed) || (candidate.len() >= 3 && typed.starts_with(candidate)));
            let far = distance(typed, candidate);
            // A letter too many or too few is likelier than a wrong one: `mmg` is `mg` and not `mcg`.
            let wrong = !holds(typed, candidate) && !holds(candidate, typed);
            (if begins { far.min(limit) } else { far }, wrong, *candidate)
        })
        .filter(|(far, ..)| *far <= limit)
        .min()
        .map(|(_, _, candidate)| candidate)
}

/// A name that holds what was typed, or is held by it: `intranasal` is `nasal`.
fn relative<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = typed.to_ascii_lowercase();
    known
        .iter()
        .filter(|candidate| {
            let other = candidate.to_ascii_lowercase();
            lower.len().min(other.len()) >= SHARED && (lower.contains(&other) || other.contains(&lower))
        })
        .min_by_key(|candidate| (candidate.len().abs_diff(typed.len()), **candidate))
        .copied()
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

    #[test]
    fn another_case_comes_first_and_a_shared_piece_last() {
        assert_eq!(did_you_mean("CL_s", ["CL", "CL_R", "CL_S"]), Some("CL_S"));
        assert_eq!(did_you_mean("NBQX", ["nmda", "nbqx"]), Some("nbqx"));
        assert_eq!(did_you_mean("MADRS", ["mg", "madrs"]), Some("madrs"));
        assert_eq!(did_you_mean("intranasal", ["iv", "nasal", "oral"]), Some("nasal"));
        assert_eq!(did_you_mean("bodyweight", ["age", "weight"]), Some("weight"));
        assert_eq!(did_you_mean("subweight", ["sub"]), Some("sub"), "a beginning, as before");
        assert_eq!(did_you_mean("decade", ["cad"]), None, "three letters are no piece");
        assert_eq!(did_you_mean("ka", ["2ka"]), None, "no name begins with a digit");
    }
}
