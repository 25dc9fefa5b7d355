/** The text of `--help`. */
export const usage = `Usage: rapid-photo-upload [--base-url URL] COMMAND

  login --email EMAIL [--password-stdin] [--register]
                                            sign in; with --register create the account first
  logout                                    sign out
  upload FILE|FOLDER|GLOB…                  upload photos; continues an interrupted upload
      --tag LABEL        add a tag to every photo (repeatable)
      --concurrency N    requests to S3 at once (1 to 64, default 8)
      --dry-run          show what would be done with each file, and send nothing
      --json             print events as JSON lines
      --quiet            print failures only
      --allow-duplicates upload photos that are stored already
  resume [FOLDER…]                          continue the interrupted uploads (of a folder)
  status [JOB_ID] [--watch] [--json]        show jobs
  list [--tag LABEL] [--q TEXT] [--status STATUS] [--from DATE] [--to DATE] [--limit N] [--json]
  download PHOTO_ID… [--output FOLDER]
  tag PHOTO_ID… [--add LABEL] [--remove LABEL]
  delete PHOTO_ID… [--yes]
  receipt JOB_ID [--format json|csv|html] [--output FILE]
  verify FOLDER… [--delete-verified [--yes]] [--json]
                                            show which local photos are not stored, by their hash

Exit codes: 0 every file is safe; 1 a file failed or is not stored, or the server cannot be reached;
2 wrong usage, or not signed in; 130 interrupted with Ctrl-C.
`
