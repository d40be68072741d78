//! The command line: what can be asked (`args`), and who answers (`answer`). A file a command.

mod answer;
mod args;
mod audience;
mod book;
mod complete;
pub mod decode;
mod doctor;
pub mod explain;
mod forge;
mod gallery;
mod idp;
mod init;
mod interrupt;
pub mod list;
mod output;
mod report;
mod run;
mod sections;
mod settle;
mod settled;
mod setup;
mod sp;
mod steps;

pub use crate::order::pick;
pub use answer::main;
pub use args::*;
pub use gallery::{
    AddArgs, GalleryArgs, GalleryCommand, GalleryListArgs, ImportArgs, Kept, NewArgs, ShowArgs,
};
pub use init::InitArgs;
pub use setup::{ConfigArgs, IdpSetup};
