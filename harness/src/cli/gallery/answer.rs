//! Who answers what of the gallery.

use super::{
    add,
    args::{GalleryArgs, GalleryCommand},
    import, new, show,
};
use crate::exit::Exit;

/// Does what was asked for.
///
/// # Errors
/// The state folder cannot be used, or what was asked for cannot be.
pub(crate) fn answer(args: GalleryArgs) -> anyhow::Result<Exit> {
    match args.command {
        GalleryCommand::Import(args) => import::import(&args),
        GalleryCommand::List(args) => show::list(&args),
        GalleryCommand::Show(args) => show::show(&args),
        GalleryCommand::Add(args) => add::add(&args),
        GalleryCommand::New(args) => new::new(&args),
    }
}
