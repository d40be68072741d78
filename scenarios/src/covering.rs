//! Covering arrays: few rows in which every few levels of different axes meet.
//!
//! The rows are built one at a time, each around the first combination that no row has yet, with the level of every other axis that
//! brings the most new combinations along. The same axes give the same rows.

use std::collections::BTreeSet;

/// A combination: the axes by number, each with a level.
type Meeting = Vec<(usize, usize)>;

/// Rows that hold every combination of the levels of any `strength` axes; each row has a level for each axis. `levels` says how many
/// levels each axis has.
///
/// None where an axis has no level. A strength above the number of axes asks for all combinations.
pub fn covering(levels: &[usize], strength: usize) -> Vec<Vec<usize>> {
    if levels.contains(&0) || levels.is_empty() {
        return Vec::new();
    }
    let strength = strength.clamp(1, levels.len());
    let mut missing = meetings(levels, strength);
    let mut rows = Vec::new();
    while let Some(seed) = missing.first().cloned() {
        let mut row: Vec<Option<usize>> = vec![None; levels.len()];
        for (axis, level) in seed {
            row[axis] = Some(level);
        }
        for axis in 0..levels.len() {
            if row[axis].is_none() {
                row[axis] = (0..levels[axis]).max_by_key(|level| {
                    let mut tried = row.clone();
                    tried[axis] = Some(*level);
                    // Of equals the first.
                    (gain(&missing, &tried, axis), std::cmp::Reverse(*level))
                });
            }
        }
        let row: Vec<usize> = row.into_iter().flatten().collect();
        missing.retain(|meeting| !meeting.iter().all(|(axis, level)| row[*axis] == *level));
        rows.push(row);
    }
    rows
}

/// How many missing combinations a row that is half made holds through this axis, or may still hold.
fn gain(missing: &BTreeSet<Meeting>, row: &[Option<usize>], through: usize) -> usize {
    let held = |meeting: &&Meeting| {
        meeting.iter().any(|(axis, _)| *axis == through)
            && meeting
                .iter()
                .all(|(axis, level)| row[*axis].is_none_or(|mine| mine == *level))
    };
    missing.iter().filter(held).count()
}

fn meetings(levels: &[usize], strength: usize) -> BTreeSet<Meeting> {
    let mut all: Vec<Meeting> = vec![Vec::new()];
    for _ in 0..strength {
        all = all
            .into_iter()
            .flat_map(|meeting| {
                let next = meeting.last().map_or(0, |(axis, _)| axis + 1);
                (next..levels.len()).flat_map(move |axis| {
                    let meeting = meeting.clone();
                    (0..levels[axis]).map(move |level| {
                        let mut longer = meeting.clone();
                        longer.push((axis, level));
                        longer
                    })
                })
            })
            .collect();
    }
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn two_axes_give_every_pair_and_three_hardly_more_rows_than_the_two_longest() {
        assert_eq!(covering(&[2, 3], 2).len(), 6);
        assert!((85..=86).contains(&covering(&[5, 3, 17], 2).len()));
        assert_eq!(covering(&[2, 2, 2], 1).len(), 2);
        assert_eq!(covering(&[2, 2], 9).len(), 4);
        assert_eq!(covering(&[3], 2), [[0], [1], [2]]);
        assert!(covering(&[2, 0], 2).is_empty());
        assert!(covering(&[], 2).is_empty());
    }

    proptest! {
        #[test]
        fn all_combinations_are_there_and_no_row_is_for_nothing(
            levels in prop::collection::vec(1..5_usize, 1..6),
            strength in 1..4_usize,
        ) {
            let rows = covering(&levels, strength);
            let all = meetings(&levels, strength.min(levels.len()));
            let holds = |row: &Vec<usize>, meeting: &Meeting| meeting.iter().all(|(axis, level)| row[*axis] == *level);
            for meeting in &all {
                prop_assert!(rows.iter().any(|row| holds(row, meeting)), "{meeting:?}");
            }
            for (at, row) in rows.iter().enumerate() {
                prop_assert_eq!(row.len(), levels.len());
                let first = |meeting: &Meeting| rows.iter().position(|row| holds(row, meeting)) == Some(at);
                prop_assert!(all.iter().any(first), "row {at} brings nothing");
            }
        }
    }
}
