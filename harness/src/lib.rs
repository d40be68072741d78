//! A litmus test for SAML single sign-on: who does the service provider believe is signed in?
//!
//! A mock IdP that behaves like Azure AD signs whatever assertion it is asked; the runner fires it at a
//! service provider (SP), over HTTP and in a real browser; the verdict is who is signed in. This page is for those who gate on that with
//! `cargo test`; the program `samlitmus` does the same without Rust.
//!
//! # Each scenario a test
//!
//! Three things in your repository. In `Cargo.toml`:
//!
//! ```toml
//! [dev-dependencies]
//! samlitmus = { git = "…", tag = "…" }
//!
//! [[test]]
//! name = "saml"
//! harness = false
//! ```
//!
//! In `tests/saml.rs`:
//!
//! ```no_run
//! # extern crate samlitmus;
//! fn main() {
//!     samlitmus::test_main("samlitmus.toml")
//! }
//! ```
//!
//! And `samlitmus.toml` beside `Cargo.toml`, which says where your SP is, how it is started, and how it is asked who is signed in:
//!
//! ```
//! # let text = r##"
//! [sp]
//! name     = "billing"
//! start    = "exec ./billing --port {port} --idp-metadata {metadata}"   # or docker compose up
//! ready    = "http://127.0.0.1:{port}/health"
//! metadata = "http://127.0.0.1:{port}/saml/metadata"
//! login    = "http://127.0.0.1:{port}/login"
//!
//! [sp.probe]
//! url      = "http://127.0.0.1:{port}/me"
//! identity = "json:/nameId"
//!
//! [idp]
//! listen   = "127.0.0.1:0"
//! # "##;
//! # let config = samlitmus::config::Config::parse(text, "samlitmus.toml".as_ref(), &|_| None);
//! # assert_eq!(config.unwrap().sp.name, "billing");
//! ```
//!
//! | you type | and get |
//! | --- | --- |
//! | `cargo test --test saml` | the tiers smoke and core, as `samlitmus run` |
//! | `cargo test --test saml -- signature` | what has this in its name |
//! | `cargo test --test saml -- time/odd` | an id in full is fired wherever it stands; what is opt-in only so |
//! | `cargo test --test saml -- '[smoke]'` | one tier |
//! | `cargo test --test saml -- --ignored` | the tiers beyond (`--include-ignored`: with the others) |
//! | `cargo test --test saml -- run/conforms` | all that `samlitmus run` fires, as one test |
//! | `cargo test --test saml -- --list` | what there is; nobody is asked |
//!
//! **One run for all.** The first test that runs starts the SP, calibrates once and fires all that are meant, at once where they do not
//! disturb each other; every test then says what came of its own. A test that fails says who was signed in, by which rule that is wrong, every
//! hop, how it is mended, and what to type to see it again. What does not apply to your SP is `ignored`, with the reason, and so is what a
//! waiver or `fail_on` lets pass. What could not be judged fails.
//!
//! **Never green by accident.** The test `run/conforms` goes along with whatever is fired, and fails where the run as a whole does: the SP went
//! away, the victim cannot be seen, a waiver has healed or expired. A run that cannot begin fails every test with its cause. A filter
//! that means nothing fires nothing, as everywhere in `cargo test`, and says so.
//!
//! Snapshots, waivers, `fail_on` and scenarios of your own count as in `samlitmus run`, and in CI (`CI` is set) a missing snapshot fails;
//! `samlitmus review` and `samlitmus run --failed` go on from where the tests ended.
//!
//! # nextest
//!
//! It runs a process a test, so that each calibrates for itself: `cargo nextest run -E 'test(run/conforms)'` is the whole gate in one of
//! them, and `cargo nextest run -E 'test(signature/)'` takes a run a scenario. Keys and entity IDs are kept in the state folder (`.samlitmus`),
//! so that your SP trusts all of these processes, and they take turns, since they share it: a test group keeps those that wait from
//! taking the places of other tests. In `.config/nextest.toml`:
//!
//! ```toml
//! [test-groups]
//! saml = { max-threads = 1 }
//!
//! [[profile.default.overrides]]
//! filter = "binary(saml)"
//! test-group = "saml"
//! ```
//!
//! What is opt-in (it may harm the SP) is not offered to nextest, which runs whatever is offered.
//!
//! # By hand
//!
//! A [`Harness`] fires at an [`Sp`] and gives a [`Report`]. Here the SP is the reference SP that comes along; [`Sp::config`] takes yours from
//! `samlitmus.toml`.
//!
//! ```
//! use samlitmus::{Harness, Sp};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let report = Harness::new(Sp::reference()).only("signature/xsw-?").run().await?;
//! report.assert_conforms();
//! # Ok(())
//! # }
//! ```
//!
//! An SP that reads the first assertion instead of the signed one is signed in to as somebody else, and the report says how it is told:
//!
//! ```
//! # use samlitmus::{Harness, Sp};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let vulnerable = Sp::reference().flaw("V11-unbound-verify");
//! let report = Harness::new(vulnerable).only("signature/xsw-3").run().await?;
//!
//! let result = report.result("signature/xsw-3").ok_or("it was not fired")?;
//! assert_eq!(result.outcome.word(), "session:victim");
//! assert_eq!(report.exit(), samlitmus::exit::Exit::Deviates);
//! assert!(report.causes()[0].starts_with("2 failed (2 critical): signature/xsw-3"));
//! # Ok(())
//! # }
//! ```
//!
//! An SP that runs in your test must know the IdP before it starts, and a [`MockIdp`] is there before it. It goes when it is dropped.
//!
//! ```
//! use samlitmus::{Harness, MockIdp, Sp};
//!
//! # /// Stands for your application.
//! # async fn start_billing(metadata: &str) -> Result<reference_sp::ReferenceSp, Box<dyn std::error::Error>> {
//! #     let metadata = saml::IdpMetadata::parse(metadata.as_bytes())?;
//! #     let trust = vec![reference_sp::Trusted { metadata, domains: Vec::new() }];
//! #     let config = reference_sp::Config { trust, create_users: true, ..Default::default() };
//! #     Ok(reference_sp::ReferenceSp::start(config).await?)
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let idp = MockIdp::start().await?;
//! let billing = start_billing(idp.metadata()).await?;   // or idp.metadata_url(), idp.metadata_file()
//!
//! let sp = Sp::url(&billing.url())
//!     .metadata("/singlesignon/saml/metadata")
//!     .login("/singlesignon/saml/login")
//!     .probe("/whoami", "json:/nameId")
//!     .trusts(&idp);
//! let report = Harness::new(sp).tier("smoke").driver("http").run().await?;
//! report.assert_conforms();
//! # Ok(())
//! # }
//! ```
//!
//! One that is a program is started by [`start`](api::Described::start); one in a container by [`Sp::docker`], which takes an image or a compose
//! file, gives it the IdP's metadata, waits until it is ready, and removes it afterwards:
//!
//! ```no_run
//! # use samlitmus::{Harness, Sp};
//! # async fn billing() -> Result<(), Box<dyn std::error::Error>> {
//! let sp = Sp::docker("billing:ci", 8080)
//!     .env("SAML_IDP_METADATA_FILE", "{metadata}")
//!     .metadata("/saml/metadata")
//!     .login("/login")
//!     .probe("/me", "json:/nameId")
//!     .ready("/health");
//! Harness::new(sp).only("signature/**").run().await?.assert_conforms();
//! # Ok(())
//! # }
//! ```
//!
//! # For your own SPs only
//!
//! It binds loopback and sends only to hosts that are named. The mock's keys sign anything: let no SP that matters trust them.

pub mod anatomy;
pub mod api;
mod as_tests;
mod banner;
pub mod cli;
pub mod config;
pub mod driver;
pub mod event;
pub mod exit;
pub mod judge;
pub mod last_run;
mod markup;
pub mod mask;
mod nameless;
mod note;
mod order;
pub mod report;
pub mod run;
pub mod said;
pub mod snapshot;
mod stop;
pub mod subject;
mod text;

pub use api::Harness;
pub use api::MockIdp;
pub use api::Report;
pub use api::Sp;
pub use as_tests::test_main;
