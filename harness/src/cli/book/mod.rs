//! `samlitmus book`: all that documentation can be generated of, as Markdown. A page a scenario (`page`), what lists them
//! (`overview`), the types of the configuration, the scenarios and the results (`types`), and the command line (`commands`).

mod commands;
mod folder;
mod layout;
mod overview;
mod page;
mod typed;
mod types;

pub(super) use folder::book;
