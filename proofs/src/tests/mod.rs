//! The verifier's story, told with messages that these tests sign themselves.

mod bounds;
mod canonicalisation;
mod coverage;
mod forms;
mod garbage;
mod minting;
mod opened;
mod peers;
mod wrapping;
