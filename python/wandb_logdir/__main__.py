"""`python -m wandb_logdir`: the command `wandb-logdir`."""

from wandb_logdir.programs import main

if __name__ == "__main__":
    main()
