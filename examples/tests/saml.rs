//! Each scenario is a test: `cargo test --test saml`, `cargo test --test saml -- signature`.

fn main() {
    samlitmus::test_main("samlitmus.toml")
}
