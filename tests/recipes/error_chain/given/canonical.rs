// The `main` that error-chain's documentation shows.
#[macro_use]
extern crate error_chain;

mod errors {
    error_chain! {
        foreign_links {
            Env(::std::env::VarError);
            Number(::std::num::ParseIntError);
        }
        errors {}
    }
}

use errors::*;

fn run() -> Result<()> {
    let what = ::std::env::var("WHAT").chain_err(|| "no WHAT")?;
    if what == "text" {
        return Err("only a text {}".into());
    }
    let n: u32 = what.parse()?;
    level(n).chain_err(|| format!("above {}", n))
}

fn level(n: u32) -> Result<()> {
    ensure!(n > 3, "not above 3");
    Err(format!("always {}", n).into())
}

fn main() {
    if let Err(ref e) = run() {
        use ::std::io::Write;
        let stderr = &mut ::std::io::stderr();
        let errmsg = "Error writing to stderr";

        writeln!(stderr, "error: {}", e).expect(errmsg);

        for e in e.iter().skip(1) {
            writeln!(stderr, "caused by: {}", e).expect(errmsg);
        }

        // The backtrace is not always generated. Try to run this example
        // with `RUST_BACKTRACE=1`.
        if let Some(backtrace) = e.backtrace() {
            writeln!(stderr, "backtrace: {:?}", backtrace).expect(errmsg);
        }

        ::std::process::exit(3);
    }
}
