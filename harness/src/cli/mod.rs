//! The command line: what can be asked (`args`), and who answers (`answer`). A file a command.

mod answer;
mod args;
pub mod decode;
mod doctor;
pub mod explain;
mod gallery;
mod idp;
mod interrupt;
pub mod list;
mod output;
mod run;
mod settle;
mod settled;
mod setup;
mod sp;

pub use crate::order::pick;
pub use answer::main;
pub use args::*;
pub use gallery::{
    AddArgs, GalleryArgs, GalleryCommand, GalleryListArgs, ImportArgs, Kept, NewArgs, ShowArgs,
};
pub use setup::{ConfigArgs, IdpSetup};
