//! The reference SP, and a gate before it that counts what passes: a run's own progress, whatever the machine is busy with.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use reference_sp::{Config, ReferenceSp, Trusted};
use saml::IdpMetadata;

use crate::site::Site;

/// An SP at a site's port.
pub(super) struct Gate {
    passed: Arc<AtomicUsize>,
    _sp: ReferenceSp,
    _runtime: tokio::runtime::Runtime,
}

impl Gate {
    /// Serves the SP of a site, which trusts the keys of its state folder.
    pub(super) fn of(site: &Site) -> Self {
        site.samlitmus(&["idp", "metadata", "--out", "idp.xml"]).code(0);
        let metadata = IdpMetadata::parse(&std::fs::read(site.path("idp.xml")).unwrap()).unwrap();
        let config = Config {
            url: Some(format!("http://127.0.0.1:{}", site.sp)),
            trust: vec![Trusted {
                metadata,
                domains: Vec::new(),
            }],
            create_users: true,
            ..Config::default()
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sp = runtime.block_on(ReferenceSp::start(config)).unwrap();
        let passed = Arc::<AtomicUsize>::default();
        let (listener, to) = (TcpListener::bind(("127.0.0.1", site.sp)).unwrap(), sp.address());
        let count = passed.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(to) else { break };
                let (from, back) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let count = count.clone();
                thread::spawn(move || {
                    pass(from, server, || {
                        count.fetch_add(1, Ordering::Relaxed);
                    });
                });
                thread::spawn(move || pass(back, client, || {}));
            }
        });
        Self {
            passed,
            _sp: sp,
            _runtime: runtime,
        }
    }

    /// How much of what was sent to the SP has passed since it was asked last from anew.
    pub(super) fn passed(&self) -> usize {
        self.passed.load(Ordering::Relaxed)
    }

    /// Counts anew.
    pub(super) fn reset(&self) {
        self.passed.store(0, Ordering::Relaxed);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, each: impl Fn()) {
    let mut bytes = [0; 16 << 10];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        each();
        if to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
    let _ = from.shutdown(Shutdown::Read);
}
