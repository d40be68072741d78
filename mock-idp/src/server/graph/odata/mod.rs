//! `$filter`: the part of OData's expressions that Graph's directory objects take (OData 4.01, part 2, 5.1.1).
//!
//! Text becomes [`Expression`] by a recursive descent with a bounded depth; [`eval::holds`] asks it of one entity as JSON.

mod error;
mod eval;
mod expression;
mod lexer;
mod parser;

pub(super) use eval::{Unknown, holds, property};
pub(super) use parser::parse;
