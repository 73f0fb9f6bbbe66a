//! What a component can import, and how little of it does anything.
//!
//! All of WASI 0.2 links, since Python and JavaScript components import more than they use. What is denied answers
//! access-denied; clocks stand still; random numbers follow from the inputs.

use crate::bindings::wasi::wasi::filesystem as quarry_filesystem;
use crate::call::State;
use crate::error::ClockRefused;
use crate::filesystem::{Files, View};
use crate::log::Log;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::Duration;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliCtxView};
use wasmtime_wasi::p2::bindings::sockets::ip_name_lookup::ResolveAddressStream;
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddressFamily};
use wasmtime_wasi::p2::bindings::{cli, clocks, random, sockets};
use wasmtime_wasi::p2::{DynPollable, Network, SocketError, SocketResult, TcpSocket, UdpSocket};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi::sockets::{WasiSockets, WasiSocketsCtxView};
use wasmtime_wasi::{HostWallClock, WasiCtx, WasiCtxBuilder};
use wasmtime_wasi_io::bindings::wasi::io;

/// The instant at which all clocks stand, in seconds since 1970: 2023-11-14T22:13:20Z.
const NOW: u64 = 1_700_000_000;

/// The most that one call for random bytes gives.
const RANDOM_SIZE: u64 = 1 << 20;

/// The WASI of one call: nothing but a log and numbers that follow from `seed`.
pub(crate) fn context(seed: [u8; 32], log: &Log) -> WasiCtx {
    let mut insecure_seed = seed;
    insecure_seed.reverse();
    WasiCtxBuilder::new()
        .stdout(log.clone())
        .stderr(log.clone())
        .secure_random(ChaCha20Rng::from_seed(seed))
        .insecure_random(ChaCha20Rng::from_seed(insecure_seed))
        .insecure_random_seed(seed.iter().fold(0, |value: u128, byte| {
            value.rotate_left(8) ^ u128::from(*byte)
        }))
        .max_random_size(RANDOM_SIZE)
        .wall_clock(StoppedClock)
        .build()
}

/// Adds everything that components can import.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    link_io_and_random(linker)?;
    link_cli(linker)?;
    link_sockets(linker)?;
    clocks::wall_clock::add_to_linker::<_, wasmtime_wasi::clocks::WasiClocks>(linker, |state| {
        wasmtime_wasi::clocks::WasiClocksCtxView {
            ctx: state.wasi.clocks(),
            table: &mut state.table,
        }
    })?;
    clocks::monotonic_clock::add_to_linker::<_, Denying>(linker, denying)?;
    quarry_filesystem::types::add_to_linker::<_, FileSystem>(linker, file_system)?;
    quarry_filesystem::preopens::add_to_linker::<_, FileSystem>(linker, file_system)
}

fn link_io_and_random(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    io::error::add_to_linker::<_, Table>(linker, |state| &mut state.table)?;
    io::poll::add_to_linker::<_, Table>(linker, |state| &mut state.table)?;
    io::streams::add_to_linker::<_, Table>(linker, |state| &mut state.table)?;
    random::random::add_to_linker::<_, WasiRandom>(linker, |state| state.wasi.random())?;
    random::insecure::add_to_linker::<_, WasiRandom>(linker, |state| state.wasi.random())?;
    random::insecure_seed::add_to_linker::<_, WasiRandom>(linker, |state| state.wasi.random())
}

fn link_cli(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    fn view(state: &mut State) -> WasiCliCtxView<'_> {
        WasiCliCtxView {
            ctx: state.wasi.cli(),
            table: &mut state.table,
        }
    }
    cli::environment::add_to_linker::<_, WasiCli>(linker, view)?;
    cli::exit::add_to_linker::<_, WasiCli>(linker, view)?;
    cli::stdin::add_to_linker::<_, WasiCli>(linker, view)?;
    cli::stdout::add_to_linker::<_, WasiCli>(linker, view)?;
    cli::stderr::add_to_linker::<_, WasiCli>(linker, view)?;
    cli::terminal_input::add_to_linker::<_, WasiCli>(linker, view)?;
    cli::terminal_output::add_to_linker::<_, WasiCli>(linker, view)?;
    cli::terminal_stdin::add_to_linker::<_, WasiCli>(linker, view)?;
    cli::terminal_stdout::add_to_linker::<_, WasiCli>(linker, view)?;
    cli::terminal_stderr::add_to_linker::<_, WasiCli>(linker, view)
}

fn link_sockets(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    fn view(state: &mut State) -> WasiSocketsCtxView<'_> {
        WasiSocketsCtxView {
            ctx: state.wasi.sockets(),
            table: &mut state.table,
        }
    }
    sockets::instance_network::add_to_linker::<_, WasiSockets>(linker, view)?;
    sockets::network::add_to_linker::<_, WasiSockets>(linker, &Default::default(), view)?;
    sockets::tcp::add_to_linker::<_, WasiSockets>(linker, view)?;
    sockets::udp::add_to_linker::<_, WasiSockets>(linker, view)?;
    // Nothing above can be reached without one of these.
    sockets::tcp_create_socket::add_to_linker::<_, Denying>(linker, denying)?;
    sockets::udp_create_socket::add_to_linker::<_, Denying>(linker, denying)?;
    sockets::ip_name_lookup::add_to_linker::<_, Denying>(linker, denying)
}

struct Table;

impl HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
}

struct FileSystem;

impl HasData for FileSystem {
    type Data<'a> = View<'a>;
}

fn file_system(state: &mut State) -> View<'_> {
    View {
        files: &mut state.files,
        table: &mut state.table,
    }
}

/// Answers the calls that are refused, and records them.
pub(crate) struct Denying;

impl HasData for Denying {
    type Data<'a> = DenyingView<'a>;
}

pub(crate) struct DenyingView<'a> {
    files: &'a mut Files,
    table: &'a mut ResourceTable,
}

fn denying(state: &mut State) -> DenyingView<'_> {
    DenyingView {
        files: &mut state.files,
        table: &mut state.table,
    }
}

impl DenyingView<'_> {
    fn refuse_network<T>(&mut self, what: &str) -> SocketResult<T> {
        self.files.deny(what, "a component has no network");
        Err(ErrorCode::AccessDenied.into())
    }
}

impl sockets::network::Host for DenyingView<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<ErrorCode> {
        error.downcast()
    }

    fn network_error_code(
        &mut self,
        _: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        Ok(None)
    }
}

impl sockets::network::HostNetwork for DenyingView<'_> {
    fn drop(&mut self, network: Resource<Network>) -> wasmtime::Result<()> {
        self.table.delete(network)?;
        Ok(())
    }
}

impl sockets::tcp_create_socket::Host for DenyingView<'_> {
    fn create_tcp_socket(&mut self, _: IpAddressFamily) -> SocketResult<Resource<TcpSocket>> {
        self.refuse_network("a TCP socket")
    }
}

impl sockets::udp_create_socket::Host for DenyingView<'_> {
    async fn create_udp_socket(&mut self, _: IpAddressFamily) -> SocketResult<Resource<UdpSocket>> {
        self.refuse_network("a UDP socket")
    }
}

impl sockets::ip_name_lookup::Host for DenyingView<'_> {
    fn resolve_addresses(
        &mut self,
        _: Resource<Network>,
        name: String,
    ) -> SocketResult<Resource<ResolveAddressStream>> {
        self.refuse_network(&name)
    }
}

impl sockets::ip_name_lookup::HostResolveAddressStream for DenyingView<'_> {
    fn resolve_next_address(
        &mut self,
        _: Resource<ResolveAddressStream>,
    ) -> SocketResult<Option<sockets::ip_name_lookup::IpAddress>> {
        Err(ErrorCode::AccessDenied.into())
    }

    fn subscribe(
        &mut self,
        _: Resource<ResolveAddressStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        Err(ClockRefused.into())
    }

    fn drop(&mut self, stream: Resource<ResolveAddressStream>) -> wasmtime::Result<()> {
        self.table.delete(stream)?;
        Ok(())
    }
}

impl clocks::monotonic_clock::Host for DenyingView<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(0)
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, _: u64) -> wasmtime::Result<Resource<DynPollable>> {
        Err(ClockRefused.into())
    }

    fn subscribe_duration(&mut self, _: u64) -> wasmtime::Result<Resource<DynPollable>> {
        Err(ClockRefused.into())
    }
}

struct StoppedClock;

impl HostWallClock for StoppedClock {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        Duration::from_secs(NOW)
    }
}
