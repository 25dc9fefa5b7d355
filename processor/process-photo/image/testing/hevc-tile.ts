/**
 * A picture of 256 × 256 px coded as HEVC, red above blue with some noise. npm has no HEVC encoder, so it was created
 * once with `heif-enc -q 34` (libheif 1.15.1, x265 3.5) from a generated PNG.
 */
export const hevcTile = {
  width: 256,
  height: 256,
  /** Body of its `hvcC` box: the decoder configuration. */
  get configuration() {
    return decode(configuration)
  },
  /** The coded bytes: one NAL unit with its length prefix. */
  get bytes() {
    return decode(coded)
  },
}

const decode = (lines: readonly string[]): Buffer => Buffer.from(lines.join(""), "base64")

const configuration = [
  "AQNwAAAAAAAAAAAAPPAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAPLoCQCEAAQAsQgEBA3AAAAMAkAAAAwAAAwA8oAgIBAWW",
  "6kkprm4EBAwIAAADAAgAAAMACEAiAAEAB0QBwXKwYkA=",
]

const coded = [
  "AAAOpigBrxEgro+o/aA+bO+fyNycydRX0WH37gQH14tjtPXzh4hWQlFM1O07ghqTVHtcbF39jChfDrwFlKYZIfRwGUPYfiflqlRpeSHFz8nw",
  "H3poWF62LYjYdJcGL7G0ksoRqnBQDyRxBakb7GOPFxuezYBHi9shYFDIIoXZR+DDlQ5LmC4elSOkssOrUzgMIR93AgAqPk56GZYqYXOfLTi+",
  "/ZeZ0gkk47WHo7wt9G4OVdf+MmBpWEmKGLFEhyl/HvmRttY5aKFE2sZmuGJJcPZzOg6XZvNGbLeae4K+tJCMa+TR68eMyoZjL1BLm2zDFhuN",
  "oJkljssg/XawN3WQhdUpS6J36/XMUAl2X2KZR5Kejj0kyvtHe/ywQ1DLtCoxi1hTK8qupYKVRz69Pwkdoi5T3aPzqKVZmVa2UjDMiAz39nIN",
  "yhgaJafEnmlOLryDq2jxfGrfFTTcu8xOhF27YTQ7gADtcqoNjdF10I2HCooVq9OlPEGRICil9ecwq5giy/9LlYuQsGjNs0FaDRnebtPBh97C",
  "Njc1055qE9m+K1uZ1SV0ryFzs88C+lCF0ztT4tNrKiIIucis0/e2mJpK2ZCvRV1TVV+kcfdHGTOBTAIAWxblMZvXvHyIpSNufARzStWwBdik",
  "xkVhaIv9HkyOO/qVgdjvQKiNDYOHJvSZglpcuYdNH2/ZboLDDC1yLONbJXKZJbJfdFC2OKJVa7dizd8Npyziyon8APmY+MyNqY/y3hqeiWmT",
  "VdkrCry1rdrlOrt4LH9YkwR7EablPKMvVgpVMd13jWjz4+weOj5O5k7pIQyP/66ojaWYfRvkID9ZNJVN3OE3lKAcN7G4jIigjOvtx0pE2mpW",
  "E8Gu0HO4n7Sxb6JdaPvHWFXkbC6SjWjY3ZvUkg4KAkjNoWIrDQXEyWG/+x3uzlBNDjZdsVfFzscnWiqz79idFaFTNkkAj87ZsUpARkSNt6K+",
  "nf/2K8Yv4/TZXXR3kTM2p8Oqd3CHbitV+vgvU6UbGzkWTlycGBv4U8Wjidyr65S1yn8Z42G36FJJPR9k62WEPU3NE4x7azH7mCDbuxyLac/A",
  "cpcOeg6pLg1XHdIZg0UsFWPg5tAT8qLhkkoSEKSfjclDxdHOUikwxWoorT745W7aP87m5RmwgckAUZHQCUyf6W+NlDz3uDFw9DLEqniW7ptU",
  "ngxBZBvFbu7jWdLeynz8L2fVSjtQNgnouNKrgGMOFyodiMwywdaRmwnLcFWxzdOysXRXL7rbwFyizHZuDQvWcvlM5fS8NPNI+SYF3Sto1KAj",
  "dL0wLjuwAsTZJ3GpiXQbVbcS6S4hsDMsCCrw/FM+/iovM1BLV66pO7MU2hwrTX8mjezKxVym7zBCT0ddYno+eRjdT+ruIBHPWP6fJxedzN/1",
  "vuvXNyNBJxvUZv/lUw9jNia33+30gOA8w0k8Y/sS9xqknEf1WDGSU7ivDUfjzg4AAnv3CiXY7EqcV5K5ObTRkt+SyLunOXQRgdgl0CBHf/r6",
  "dvHCMyYbBEPlkJeuLWc72hXo9kfjCBM4XxTL2Iz+b6W9vx7CXpHIKFw1euqibyXrP2CvFeKntKd+jAqpEzUDSnNOk/5AG9RaegsQp0mWvz62",
  "DBYtl37/WCXXu0ER2smPz3I3JlTBfUVNSskCs26srI4k/3fLdVm+yffLDOYz4qz1Cg91+Qq8YtV1AREfe/YmSLKBbN82LlJi+oIkppxUoY9r",
  "29YLtIFM/7E9n977eLRMzr8IItiF5DyMBklkWtHS78Gn55f0SK06MufTOcmlbqT5wivNL9MhilEU35j3zYMLucuQ9qazpqWEQH0E7weWisLi",
  "oA/qMDStG2N6mm28pGFDNtVzmArsd69YmMlakQWaLP1c3FgOW8kVQ9EkUj850rwxyeIvdWDbbyfbtEBJxQTf74sk8Cp1BbYIZc7VYlW4HdvP",
  "iocKZKEC00Me/tuoLiP8MwSM0eADZDog8YLohgUNzlTRIiTEbHo96tH2Osb7Eg0eDAiID9ZtQuAXw/21QA8pjnKMWuR3yDJmGiNR5UKC4wTd",
  "cDDxt48Ixlmekgeoj6takPmiN1gGMoEevb1kuN1gteAL3O9CXoAZPtHUMmQ7At4QVnYtwtZHJK0LqM+wUmPfAMNywiJzT2PHVXlpzTH4MCA8",
  "kAeWYjTEGmmlAIhawuzcGUL3kTY4c3xGVB+4NTMsLBL0ihJAEBlkZ2lkf+VgtdNkb7ifpX+vkHDAgxayeJ3Qb1Ad4O8fmJ3ywyXZI0iRwiN3",
  "RKZSY2xZEPpvPh4Gzx9n8f0Bg7cxa5rGLcDwFXAaGXFbMYyn31NVvMk3R3/4u50hPoQd/4251cHZVjxwWsK0nynUvbEFWUjmnQDCGvAeVWVz",
  "QcIPgaf9eMrXOhVzcuv0eZcR2B/s+abozETwWSPBvlR/dx3hha3hawy2ROKst/sQnXe8aD2nlUou/VLCPOKX2d8eeYOEHNWr42Z+HqWF1PYk",
  "KhL59avTIS/Tx6v782OoyMeHC/Zaw9c0jtQzR+VpV7fuYJA6aDNfHXq6+G/iy/SgaUPlzVIi3MslH+dssf9eL8/0eXN02JhsL3NBI56gogPN",
  "MG0jnABm9uNzn290V3OhpyRKrlQchaSXY+hfYkTPgApG9CyQryhpGkhgb/5JNpW4E09I9VSkp7vz2fM/RhlBNw3CrtUTkOsHVD+szQcViMcx",
  "Zs9D5LLsQbQmvXKREC7sv5Y4oWWdQsWAVBhSdBYZKCj/NTZw9uYOvmyzCCa/Pwprn1g12NVjYFym1vx8H0dgkCoy9IWDOI9/tWuAmG9coRDg",
  "Q6cD/ifW5RSOzGhDU5KZeJ1aoRVfuYscWDZaRUVm8doigGI+enkesuDCYic1YXtJMo+IwmK17nQSCrREB7fTrtAqEGYhn9CdBqvznDC6FmNg",
  "FzUwfCKdA6pti6Ib3294u/EEKn20zIoUTnTiJkg2P5DyazCyQtATRkThuuMkBIumc59VMup3D7Sd7NHsHYVYQCRM24XiFoa1ILZ5bVnNjeBB",
  "2JGoRNYgUsCsSFaE20KBUArOmi/Wkztk/wjqLeagdEJi0imtHgUVfzamN8DahE/4OJQ6b567yF89mkyE3ve2V9lbVe21EKCW3WLXZV5wFuIN",
  "dmOSUHZNxliXQnsDbZVNap0BcJ57J68zwyydhFWDzBw5fQjgr+Kc7S1BLse+KK64dOJkXGNtWLSo6MUuUuw/jIpiGbpzqP17pKrAGt/Fc/1l",
  "z/Isc9ERU6sQo3wUE5GJ9rvmvDk1vXDrlUEAyTfoDH9Ltw59mWLoXrWDBkzaTCOq7iRy2j+wAj6bDzp5vldGU4XIxy7VVHPaz60mUIdjnMPM",
  "q22R6NmastQiz86UaYmeQBBccjhfx3Nc4BDqdf9GeV4AaZfJTNlLvDq5LmxJA+hHxWJrAl3q/PULK5LHql7VXh2Q/Z2ME7ivblZMzy8qCyQX",
  "wUsxifDYATEN9pUhl2TjQWg2RUAtgUpdIJycE49xv1FvlYlmwQIWy579OUZVi4EJhnsOuNSDiV+GwRM2jRqn3zPflHEE/bsnHCXDKsRjqY+p",
  "I0WwIR3aW5NnQ8Ef7SmX3ze6/jwvE8OTS9ClfB3sImmeJeW6YqO2Nv65yqy2WUbdItswK9q70c3gV/7r9tVRJkIxW53Xlzzxozh+TAcXsTaM",
  "YUIEYocAeQuzY6RYjhDaeG7I8Mh+sjuLvQTH95aCAB33fHiMGILZtmU82yfuvvixfxZhT0NY8DHUOnFLvmSNkA0m1+2AvZ63Ro6XH04r6MAm",
  "dV/N0MU9yL0nTz00s9ia2KBbRNzoKaDHpvZ6eZBR2zD2wZn+b/FFvUTrpDklWSNKokBPHAVM/wD/9EXV2HaAwSjf7Ryx5XwpoRNULc3IqI2i",
  "17IJazRSGZAYgFwObjyP7KHOVazwAE0uzrua/S+vUCp/E5FtI8lEcHo5c1H0YRo5h7jCXIsPNKh1wyw+8lMBtBw4QNv+FBf7+Z6NOlXnv+M/",
  "1ksDm5SziXcOpPu0q1TYaz8po/B0LIvpJgUp5uP7N9hfhh0e/zGWVb5uWEGQU9SMrd6bwSs7+kgHQhzr6BJXETzMrAALwmZf0oXMhQFRPF5R",
  "Z4HQAcfEYGJsD8qhZIJqpj1D6L9W//eZ6z8peHwWe2Ubzl5bbvLy4QJE1vPVIvwJj0wimcHuhu3cBtIA4K/mIX026mw8aoEIucLkZcBeiFYI",
  "XJD4skTpQTpnJqMzmSNsschsAKsZiQpfRHd9o97q37kF/OBKTFk+To6Pr9sZot8tPimxOwta47IvXMJrw681Pn8S+viyUyjbqYrHeOEdE1vI",
  "izwVUJ22ds7OHyDiAy08qEO3AP3Sp9RQur6OsJbmDwnGBW/guKiplxE0yBwE0TLdLtTZHp9yw/9OgJ9QAMFuBLEv7hnp7D+vDSeT849Bx7pC",
  "lT9KI6+Rn7CNd2XmLYELwmXJm3pRgy97MpZW+lRdcgMyv2mSrmxKmtitdtHjvUW8E/bENnHBhhPVUigcUggv0ElDYWQrhlxM7MxiV+afaDqc",
  "XY+1w3QhmkW7ccwzykh/RwYFGUJbGtvetCWpl0pKWItCre4gcRb2NBOtA/uPqy0yZpv+QoNNwa6VWQ3ByCNgokZhY55Fgd8C6vNohZN6EeCr",
  "JqK8x03IM4L4fh+93Z8dFbX+iUed5uo8xZAZOYuBWo0QI6P5rmuU/VKYz7Oyvs4PK19D6Hr6NB8oh0lu+LY+CJDPZLAMQzegU9gkHyGuSrSU",
  "B5WKLXMno+0V+4Ts4jMANuzjgfieLMKse9H8XJfefBohABT8E2zNy3Jl2zg0YN+WAO1HExFNjN+Obd3BQhjotyO0mdcV/otrBiCM5BJG1YFE",
  "i3UnO4W0i0f1UGHNtj/nD2COrEOcwq0gfmgP2cW6DYQw7/uymh47QdWPbbP87rHJqU4yaBZWB/fB5GwteKVXtCebLwFhMApyfS85FwCZMu64",
  "3HhwMZS5nHw3dPcq3OtdDK1R5kSEqjv8NYTCGA==",
]
