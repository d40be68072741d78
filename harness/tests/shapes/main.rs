//! Shapes: one small SP that is signed in to, and that keeps its session, in every way in which real ones do.
//!
//! `sp` is the SP with its switches, `rows` the table of shapes, `run` the program against one of them. Each shape is run as an SP
//! that is right, and open to signature wrapping. `session` has the shapes of a session, in front of the reference SP. To see all of it,
//! or some:
//!
//! ```sh
//! cargo test -p samlitmus --test shapes -- --ignored --nocapture prints_the_table
//! SHAPES_ONLY=button,json SHAPES_TIMES=20 cargo test …     # by parts of names; each so often, and always the same
//! ```

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

mod rows;
mod run;
mod session;
mod sign_in;
mod sp;
mod table;

use std::collections::HashSet;

#[test]
fn no_two_shapes_have_one_name() {
    let rows = rows::all();
    let names: HashSet<_> = rows.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), rows.len());
}

#[test]
#[ignore = "it prints, and judges nothing"]
fn prints_the_table() {
    table::print();
}
