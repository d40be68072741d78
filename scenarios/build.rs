//! The catalogue is embedded in the library: a changed or new file of it builds the library anew.

fn main() {
    println!("cargo:rerun-if-changed=catalogue");
    println!("cargo:rerun-if-changed=build.rs");
}
