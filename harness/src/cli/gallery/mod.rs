//! `samlitmus gallery`: templates of applications, from pages, from files and by hand, and applications made of them.

mod add;
mod answer;
mod args;
mod import;
mod new;
mod open;
mod pair;
mod show;

pub(crate) use answer::answer;
pub use args::{AddArgs, GalleryArgs, GalleryCommand, GalleryListArgs, ImportArgs, Kept, ShowArgs};
pub use new::NewArgs;
