"""`python -m spottypottysense.runtimes.appliance.cli` is `spotty`."""

from spottypottysense.runtimes.appliance.cli import main

main()
