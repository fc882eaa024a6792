#[macro_use]
extern crate error_chain;
extern crate base;

error_chain! {
    links {
        Base(base::errors::Error, base::errors::ErrorKind);
    }
}

quick_main!(run);

fn run() -> Result<()> {
    let what = ::std::env::var("WHAT").chain_err(|| "WHAT is not set")?;
    if what == "none" {
        bail!("nothing to do with {}", what);
    }
    if let Err(base::errors::Error(base::errors::ErrorKind::Negative(n), _)) = base::parse(&what) {
        println!("negative: {}", n);
    }
    match what.len() {
        1 => Ok(println!("{}", base::parse(&what)?)),
        2 => Ok(println!("{}", base::named(&what)?)),
        _ => Ok(println!("{}", base::named(&what).chain_err(|| ErrorKind::Msg("outer".to_string()))?)),
    }
}
