//! The gallery: templates of applications, and how they come from pages and become applications.
//!
//! A [`Template`] is what a tutorial page of the SaaS-app family says, as data: fields with patterns and fixed values,
//! claims, NameID, signing, certificate, and what a test shows. It comes from one of three places: [`read`] takes a
//! page in Markdown, [`Template::from_toml`] a file that somebody wrote, and [`builtin`] has common shapes.
//! [`Template::configure`] fills its gaps.

mod application;
mod builtin;
mod claim;
mod configure;
mod dress;
mod facts;
mod field;
mod pattern;
mod reader;
mod template;
mod translate;

pub use builtin::builtin;
pub use claim::{ClaimRow, Transformation};
pub use configure::{ConfigureError, Configured, Problem};
pub use facts::{
    ConfiguredBy, Consumes, Download, Edition, Expects, GroupValue, Groups, GroupsClaim, Initiation,
    NameIdChange, NameIdFormat, Seen, Signed, SigningAlgorithm, SigningChange, Source, UserCreation, Users,
};
pub use field::{Choose, Field, FieldName};
pub use pattern::{LONGEST, MOST_PLACEHOLDERS, Pattern, PatternError, key};
pub use reader::{LONGEST_PAGE, ReadError, read};
pub use template::{Template, TemplateError};
